#include "runtime/lane_state.h"

#include <algorithm>

namespace cep::runtime {

WriterOptions writer_options(const LaneOptions& options, bool read) {
  WriterOptions o;
  o.limits = options.limits;
  std::copy(std::begin(options.want), std::end(options.want), o.want);
  o.as_alert = options.test_alerts && !read;
  o.tables = options.tables;
  return o;
}

}  // namespace cep::runtime
