#include "server/record_hub.h"

#include <random>

namespace cep::server {

std::string new_log_id() {
  constexpr char kHex[] = "0123456789abcdef";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 32; ++i) id.push_back(kHex[random() % 16]);
  return id;
}

}  // namespace cep::server
