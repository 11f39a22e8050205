#include "tests/support/card_frames.hpp"

#include "common/bytes.hpp"

namespace sekimori::test {

Bytes with_metadata(const Bytes& frame, const Metadata& fields) {
  Bytes header(metadata::bytes);
  store(header.data() + metadata::at_ethertype, be16{metadata::ethertype});
  header[metadata::at_version] = fields.version;
  header[metadata::at_flags] = fields.flags;
  header[metadata::at_agreed] = fields.agreed;
  header[metadata::at_cookie_slot] = fields.cookie_slot;
  store(header.data() + metadata::at_suffix, be16{fields.number});
  store(header.data() + metadata::at_flow_hash, be32{fields.flow_hash});
  Bytes marked = frame;
  marked.insert(marked.begin() + metadata::offset, header.begin(), header.end());
  return marked;
}

}  // namespace sekimori::test
