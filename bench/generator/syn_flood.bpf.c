// The kernel's part of the SYN generator. Compiled to BPF and built into the program.

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench/generator/syn_flood_parameters.h"

enum {
  frame_length = 60,
  frame_words = frame_length / 4,
  ip_id = 18,
  ip_checksum = 24,
  ip_source = 26,
  ip_destination = 30,
  tcp_source_port = 34,
  tcp_sequence_number = 38,
  tcp_checksum = 50,
};

const volatile struct syn_flood_parameters parameters;

// Read by the program through the map's memory.
__u64 answered = 0;

static __always_inline __u16 checksum(__u32 sum) {
  sum = (sum >> 16) + (sum & 0xffff);
  sum += sum >> 16;
  return bpf_htons((__u16)~sum);
}

// Each run makes one SYN. The buffer has carried others before, and who received them may have
// changed any byte, so the frame is written whole.
SEC("xdp")
int make_syn(struct xdp_md* context) {
  __u8* frame = (__u8*)(long)context->data;
  if (frame + frame_length > (__u8*)(long)context->data_end) return XDP_ABORTED;

  __u32 first = bpf_get_prandom_u32();
  __u32 second = bpf_get_prandom_u32();
  __u32 source = parameters.first_source | (first & parameters.source_mask);
  __u32 sequence_number = first * 2654435761u ^ second;
  __u16 port = 1024 + (second & 0x7fff);
  __u16 id = second >> 16;
  __u32 source_sum = (source >> 16) + (source & 0xffff);
  __u32 number_sum = (sequence_number >> 16) + (sequence_number & 0xffff);

#pragma unroll
  for (int i = 0; i < frame_words; ++i) ((__u32*)frame)[i] = parameters.frame[i];
  *(__u16*)(frame + ip_id) = bpf_htons(id);
  *(__u16*)(frame + ip_checksum) = checksum(parameters.ipv4_sum + source_sum + id);
  *(__u32*)(frame + ip_source) = bpf_htonl(source);
  *(__u16*)(frame + tcp_source_port) = bpf_htons(port);
  *(__u32*)(frame + tcp_sequence_number) = bpf_htonl(sequence_number);
  *(__u16*)(frame + tcp_checksum) = checksum(parameters.tcp_sum + source_sum + port + number_sum);
  return bpf_redirect(parameters.interface, 0);
}

// What comes for the spoofed sources has arrived; the SYN-ACKs among it are counted.
SEC("tc")
int take_answer(struct __sk_buff* packet) {
  enum { from = 12, protocol = 23 - from, destination = 30 - from, flags = 47 - from, to = 48 };
  __u8 part[to - from];
  if (bpf_skb_load_bytes(packet, from, part, sizeof part) != 0) return TC_ACT_OK;
  if (part[0] != 0x08 || part[1] != 0x00) return TC_ACT_OK;
  __u32 address = (__u32)part[destination] << 24 | (__u32)part[destination + 1] << 16;
  if ((address & ~parameters.source_mask) != parameters.first_source) return TC_ACT_OK;
  // IHL is 5: nobody answers a SYN with options of IP.
  if (part[protocol] == 6 && (part[flags] & 0x12) == 0x12) __sync_fetch_and_add(&answered, 1);
  return TC_ACT_SHOT;
}

// The least that a receiver can do with a frame.
SEC("xdp")
int drop(struct xdp_md* context) {
  (void)context;
  return XDP_DROP;
}

// The least that an answer can cost: the SYN goes back with the addresses swapped and the flags of a
// SYN-ACK, and nothing else looks at it.
SEC("tc")
int send_back(struct __sk_buff* packet) {
  enum { tcp_flags = 47, syn_ack = 0x12 };
  __u8* frame = (__u8*)(long)packet->data;
  if (frame + frame_length > (__u8*)(long)packet->data_end) return TC_ACT_SHOT;
  __u32 client = *(__u32*)(frame + ip_source);
  *(__u32*)(frame + ip_source) = *(__u32*)(frame + ip_destination);
  *(__u32*)(frame + ip_destination) = client;
  frame[tcp_flags] = syn_ack;
  return bpf_redirect(packet->ifindex, 0);
}

char licence[] SEC("license") = "GPL";
