// `cepctl send`: who sends, and in which form.
#define XXH_INLINE_ALL
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <random>
#include <utility>

#include "base/endpoint.h"
#include "client/client.h"
#include "client/connect.h"
#include "client/send_parts.h"

namespace cep::client {
namespace {

constexpr size_t kProducerBytesMax = 256;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

 private:
  int fd_;
};

std::string hex_of(XXH128_hash_t hash) { return fmt::format("{:016x}{:016x}", hash.high64, hash.low64); }

// The hash of all that can be read, and back to the beginning. The errno if it cannot be read.
int hash_file(int fd, std::string* hex) {
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  char buffer[256 << 10];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) break;
    XXH3_128bits_update(state.get(), buffer, static_cast<size_t>(n));
  }
  *hex = hex_of(XXH3_128bits_digest(state.get()));
  return ::lseek(fd, 0, SEEK_SET) < 0 ? errno : 0;
}

// The producer's id if none was given: the file's content names it, so that sending it again goes on; what cannot be read twice gets a name of its own.
int default_producer(int fd, std::string* producer) {
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && ::lseek(fd, 0, SEEK_CUR) == 0) {
    std::string hex;
    const int error = hash_file(fd, &hex);
    *producer = "file:" + hex;
    return error;
  }
  std::random_device random;
  *producer = fmt::format("pipe:{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  return 0;
}

int wrong_use(const SendOptions& options, const std::string& reason) {
  std::fprintf(options.err, "%s\n", reason.c_str());
  return 2;
}

}  // namespace

int run_send(const SendOptions& options) {
  if (!base::parse_endpoint(options.to).ok()) return wrong_use(options, base::parse_endpoint(options.to).status().message());
  if (options.producer.size() > kProducerBytesMax) return wrong_use(options, "--producer is longer than 256 bytes");
  if (options.resume && options.producer.empty()) return wrong_use(options, "--resume needs --producer (a file that was sent without one always goes on)");
  const int fd = options.file == "-" ? STDIN_FILENO : ::open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  Descriptor owner(fd);
  std::string producer = options.producer;
  int error = fd < 0 ? errno : 0;
  if (error == 0 && producer.empty() && !options.plain) error = default_producer(fd, &producer);
  if (error != 0) return wrong_use(options, "cannot read " + options.file + ": " + std::strerror(error));
  if (!options.plain) return send_session(options, producer, options.producer.empty() || options.resume, fd);
  Result<ClientSocket> socket = connect_to(options.to, options.wait_ms);
  if (socket.ok()) return send_plain(options, std::move(socket.value()), fd);
  std::fprintf(options.err, "%s\n", socket.status().message().c_str());
  return 3;
}

}  // namespace cep::client
