// One shard: its part of every lane, and the order in which they are worked. A plain object: it does nothing unless it is let run, and it never blocks. What
// it makes for another shard waits in its outbox until the channel has room; as long as something waits there it takes no new batch from ingest, but goes on
// with what other shards have sent, deepest level first. Nor does it as long as more of its records than made_bytes have not come out.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "runtime/flow.h"
#include "runtime/lane_state.h"
#include "runtime/out_record.h"
#include "runtime/parcel.h"
#include "runtime/record_spool.h"
#include "runtime/row_order.h"

namespace cep::runtime {

class Shard;

struct ShardOptions {
  LaneOptions lanes;
  int shards = 1;
  uint64_t channel_bytes = 0;                     // of each inbox
  uint64_t made_bytes = UINT64_MAX;               // of records, and of rows for other levels, in memory, for each batch; and of records that wait to be released, before it takes a new one
  SpillPlace spill;                               // where the rest goes (spill_file.h)
  std::atomic<int64_t>* under_way = nullptr;      // bytes of rows on their way to a level: made and not yet worked, of all shards
  const TableStore* tables = nullptr;             // of the program
  std::shared_ptr<const void> made_of;            // what lanes that are made here point into
  const std::vector<int>* node_now = nullptr;     // of the succession; null: there is nothing to carry on
};

// A row for a table (`from stream S`).
struct TableRow {
  TableRow(int to, const event::Row& row, event::Label from, uint32_t on);

  event::Label label;  // row_order.h, RowOrigin
  uint32_t route;
  int table;
  std::vector<uint64_t> bytes;  // of the row
  const event::Row& row() const { return *reinterpret_cast<const event::Row*>(bytes.data()); }
  RowOrigin origin() const { return {row(), label, route}; }
};

struct ShardStats : LaneStats {
  std::vector<uint64_t> lane_bytes;   // `bytes` by the lane's number

  ShardStats& operator+=(const ShardStats& other) {
    LaneStats::operator+=(other);
    if (lane_bytes.size() < other.lane_bytes.size()) lane_bytes.resize(other.lane_bytes.size());
    for (size_t lane = 0; lane < other.lane_bytes.size(); ++lane) lane_bytes[lane] += other.lane_bytes[lane];
    return *this;
  }
};

class Shard : private LaneSink, private FlowSink {
 public:
  // `before`: the shard of this number under the program before, whose lanes go on here where the topology says so; null: none. REQUIRES nothing is under way there.
  Shard(const plan::Plan& plan, const plan::Topology& topology, int index, const ShardOptions& options, BlockStore* store, Shard* before = nullptr);
  ~Shard() override;

  // peers[j] is shard j. Call once before anything runs.
  void connect(const std::vector<Shard*>& peers) { peers_ = peers; }

  // The channel from shard `from`; from == shards: ingest.
  ParcelChannel& inbox(int from) { return inboxes_[from]; }

  // Does one piece of work: takes in what has come, works one level of one batch, or sends what waits. False: nothing can be done now.
  bool run_once();

  // Batches whose every level is done here.
  uint64_t batches_done() const { return next_batch_.back(); }
  uint64_t last_done() const { return last_done_; }   // the last position of the last of them
  // The records of the oldest batch not yet taken. REQUIRES it is done.
  GivenRecords take_records();
  // So many bytes of records that were taken have come out. Any thread.
  void released(uint64_t bytes) { held_bytes_.fetch_sub(bytes, std::memory_order_release); }
  // Appends the rows made for tables since the last call.
  void take_table_rows(std::vector<TableRow>* out);

  ShardStats stats() const;

  // The states of its lanes. REQUIRES nothing is under way.
  void save(state::StateWriter* out) const;
  // REQUIRES that nothing has run yet. An error: the state is none that these lanes saved.
  Status load(const state::StateReader& in);

 private:
  struct Arrived {  // of one batch
    std::shared_ptr<const Timeline> timeline;
    std::vector<RowList> rows;  // by level at which they are read
    std::vector<int> done;      // by level + 1: how many makers have said it is done
    std::vector<std::vector<std::shared_ptr<SpilledRows>>> spilled;  // by level at which they are read
  };

  void record(OutRecord record) override;
  void row(int node, event::Row* row, const event::Label* label) override;
  void passed(int node, WaitingRow* row, uint64_t decided) override;
  void to_lane(int lane, const event::Row& row, uint32_t route) override;
  void to_view(int node, const event::Row& row, uint32_t route) override;
  void to_table(int table, const event::Row& row, uint32_t route) override;
  event::Label arrival_label() const;

  std::unique_ptr<LaneState> make_lane(int lane);
  std::unique_ptr<LaneState> carry_on(int lane, Shard* before);
  bool send();
  bool receive_exchange();
  bool receive_ingest();
  bool waits_for_room() const;
  void accept(Parcel parcel);
  bool ready(int level) const;
  void work(int level);
  Arrived& arrived(uint64_t batch);
  uint64_t feed(int level, Arrived* a);
  void hand_on(int level);
  void spill_made();

  const plan::Plan& plan_;
  const plan::Topology& topology_;
  int index_;
  ShardOptions options_;
  BlockPool pool_;
  TableView view_;                         // of the rows on their way from one operator to the next
  Flow flow_;
  std::vector<std::unique_ptr<LaneState>> lanes_;
  std::vector<std::vector<int>> lanes_of_level_;
  std::vector<Shard*> peers_;
  std::deque<ParcelChannel> inboxes_;      // by maker; a channel does not move
  std::deque<Arrived> arrived_;            // batches arrived_first_ …
  uint64_t arrived_first_ = 0;
  std::vector<uint64_t> next_batch_;       // by level
  std::vector<std::deque<Parcel>> outbox_;  // by shard; a batch's worth at most, of which made_bytes in memory
  SpillFiles spill_files_;
  std::deque<RecordSpool> records_;        // batches records_first_ …
  std::atomic<uint64_t> held_bytes_{0};    // of records made that have not come out
  uint64_t records_first_ = 0;
  uint64_t working_ = 0;                   // the batch being worked
  uint64_t last_done_ = 0;                 // position
  std::vector<RowList> made_;              // by shard: rows made by the level being worked
  std::vector<RowWriter> writers_;         // by shard
  std::vector<RowSpool> spools_;           // by shard: those of them that were written aside
  uint64_t made_bytes_ = 0;                // of made_
  uint64_t made_most_ = 0;                 // beyond it they are
  const Timeline* timeline_ = nullptr;     // of the batch being worked
  std::vector<TableRow> table_rows_;
  const event::Label* label_ = nullptr;    // of the row being pushed
  uint64_t decided_ = 0;                   // the position that lets it go on
  std::string key_;
};

}  // namespace cep::runtime
