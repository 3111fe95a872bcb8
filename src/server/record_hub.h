// Where the engine's records go: one RecordLog a channel. It is made before the engine, whose sink it is. One thread.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "server/record_log.h"

namespace cep::server {

class RecordHub {
 public:
  // `keep_bytes` of the newest records are kept on each channel. `log_id` names this series of records to subscribers.
  RecordHub(uint64_t keep_bytes, std::string log_id) : logs_(kChannels, RecordLog(keep_bytes)), log_id_(std::move(log_id)) {}

  // Takes one record; the engine's sink.
  void append(const Record& record) { logs_[static_cast<int>(record.channel)].append(record); }

  const RecordLog& log(Channel channel) const { return logs_[static_cast<int>(channel)]; }
  const std::string& log_id() const { return log_id_; }

 private:
  std::vector<RecordLog> logs_;
  std::string log_id_;
};

// 32 random hex digits: records are kept in memory alone, so each start of the daemon is a new series.
std::string new_log_id();

}  // namespace cep::server
