/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of struct tcp_sock, and of what is in it, that have the same name in
 * struct cpt_tcp_image: X(place in the kernel's struct, member of the record).
 * tp is the socket, icsk its struct inet_connection_sock.
 */
#ifndef _VZ_TCP_FIELDS_H
#define _VZ_TCP_FIELDS_H

/* Numbers: sequence numbers, bytes, packets, states. */
#define VZ_TCP_NUMBERS(X)						\
	X(tp->rcv_nxt, rcv_nxt)						\
	X(tp->copied_seq, copied_seq)					\
	X(tp->rcv_wup, rcv_wup)						\
	X(tp->rcv_wnd, rcv_wnd)						\
	X(tp->rcv_ssthresh, rcv_ssthresh)				\
	X(tp->window_clamp, window_clamp)				\
	X(tp->snd_una, snd_una)						\
	X(tp->snd_nxt, snd_nxt)						\
	X(tp->write_seq, write_seq)					\
	X(tp->pushed_seq, pushed_seq)					\
	X(tp->snd_sml, snd_sml)						\
	X(tp->snd_wl1, snd_wl1)						\
	X(tp->snd_wnd, snd_wnd)						\
	X(tp->max_window, max_window)					\
	X(tp->snd_up, snd_up)						\
	X(tp->urg_seq, urg_seq)						\
	X(tp->urg_data, urg_data)					\
	X(tp->mss_cache, mss_cache)					\
	X(tp->advmss, advmss)						\
	X(tp->gso_segs, gso_segs)					\
	X(tp->tcp_header_len, tcp_header_len)				\
	X(tp->snd_cwnd, snd_cwnd)					\
	X(tp->snd_cwnd_cnt, snd_cwnd_cnt)				\
	X(tp->snd_cwnd_clamp, snd_cwnd_clamp)				\
	X(tp->snd_cwnd_used, snd_cwnd_used)				\
	X(tp->snd_ssthresh, snd_ssthresh)				\
	X(tp->prior_cwnd, prior_cwnd)					\
	X(tp->prior_ssthresh, prior_ssthresh)				\
	X(tp->high_seq, high_seq)					\
	X(tp->undo_marker, undo_marker)					\
	X(tp->undo_retrans, undo_retrans)				\
	X(tp->prr_delivered, prr_delivered)				\
	X(tp->prr_out, prr_out)						\
	X(tp->packets_out, packets_out)					\
	X(tp->retrans_out, retrans_out)					\
	X(tp->sacked_out, sacked_out)					\
	X(tp->lost_out, lost_out)					\
	X(tp->max_packets_out, max_packets_out)				\
	X(tp->cwnd_usage_seq, cwnd_usage_seq)				\
	X(tp->delivered, delivered)					\
	X(tp->delivered_ce, delivered_ce)				\
	X(tp->lost, lost)						\
	X(tp->app_limited, app_limited)					\
	X(tp->rate_delivered, rate_delivered)				\
	X(tp->rate_interval_us, rate_interval_us)			\
	X(tp->reordering, reordering)					\
	X(tp->reord_seen, reord_seen)					\
	X(tp->tlp_high_seq, tlp_high_seq)				\
	X(tp->srtt_us, srtt_us)						\
	X(tp->mdev_us, mdev_us)						\
	X(tp->mdev_max_us, mdev_max_us)					\
	X(tp->rttvar_us, rttvar_us)					\
	X(tp->rtt_seq, rtt_seq)						\
	X(tp->notsent_lowat, notsent_lowat)				\
	X(tp->tcp_tx_delay, tx_delay_us)				\
	X(tp->total_retrans, total_retrans)				\
	X(tp->timeout_rehash, timeout_rehash)				\
	X(tp->rcv_ooopack, rcv_ooopack)					\
	X(tp->segs_in, segs_in)						\
	X(tp->data_segs_in, data_segs_in)				\
	X(tp->segs_out, segs_out)					\
	X(tp->data_segs_out, data_segs_out)				\
	X(tp->dsack_dups, dsack_dups)					\
	X(tp->compressed_ack_rcv_nxt, compressed_ack_rcv_nxt)		\
	X(tp->rcv_rtt_est.rtt_us, rcv_rtt_us)				\
	X(tp->rcv_rtt_est.seq, rcv_rtt_seq)				\
	X(tp->rcvq_space.space, rcvq_space)				\
	X(tp->rcvq_space.seq, rcvq_seq)					\
	X(tp->mtu_probe.probe_seq_start, probe_seq_start)		\
	X(tp->mtu_probe.probe_seq_end, probe_seq_end)			\
	X(tp->rack.rtt_us, rack_rtt_us)					\
	X(tp->rack.end_seq, rack_end_seq)				\
	X(tp->rack.last_delivered, rack_last_delivered)			\
	X(tp->rx_opt.ts_recent, ts_recent)				\
	X(icsk->icsk_mtup.search_high, mtup_high)			\
	X(icsk->icsk_mtup.search_low, mtup_low)				\
	X(icsk->icsk_pmtu_cookie, pmtu)					\
	X(icsk->icsk_user_timeout, user_timeout_ms)

/* Wide numbers. */
#define VZ_TCP_TOTALS(X)						\
	X(tp->bytes_received, bytes_received)				\
	X(tp->bytes_sent, bytes_sent)					\
	X(tp->bytes_acked, bytes_acked)					\
	X(tp->bytes_retrans, bytes_retrans)

/* Small ones, most of them bit fields. */
#define VZ_TCP_SMALL(X)							\
	X(tp->ecn_flags, ecn_flags)					\
	X(tp->nonagle, nonagle)						\
	X(tp->thin_lto, thin_lto)					\
	X(tp->recvmsg_inq, recvmsg_inq)					\
	X(tp->frto, frto)						\
	X(tp->save_syn, save_syn)					\
	X(tp->syn_data, syn_data)					\
	X(tp->syn_fastopen, syn_fastopen)				\
	X(tp->syn_fastopen_exp, syn_fastopen_exp)			\
	X(tp->syn_fastopen_ch, syn_fastopen_ch)				\
	X(tp->syn_data_acked, syn_data_acked)				\
	X(tp->is_cwnd_limited, is_cwnd_limited)				\
	X(tp->rate_app_limited, rate_app_limited)			\
	X(tp->fastopen_connect, fastopen_connect)			\
	X(tp->fastopen_no_cookie, fastopen_no_cookie)			\
	X(tp->fastopen_client_fail, fastopen_client_fail)		\
	X(tp->is_sack_reneg, is_sack_reneg)				\
	X(tp->dup_ack_counter, dup_ack_counter)				\
	X(tp->tlp_retrans, tlp_retrans)					\
	X(tp->keepalive_probes, keepalive_probes)			\
	X(tp->rack.reo_wnd_steps, rack_reo_wnd_steps)			\
	X(tp->rack.reo_wnd_persist, rack_reo_wnd_persist)		\
	X(tp->rack.dsack_seen, rack_dsack_seen)				\
	X(tp->rack.advanced, rack_advanced)				\
	X(tp->rx_opt.saw_tstamp, saw_tstamp)				\
	X(tp->rx_opt.tstamp_ok, tstamp_ok)				\
	X(tp->rx_opt.dsack, dsack)					\
	X(tp->rx_opt.wscale_ok, wscale_ok)				\
	X(tp->rx_opt.sack_ok, sack_ok)					\
	X(tp->rx_opt.snd_wscale, snd_wscale)				\
	X(tp->rx_opt.rcv_wscale, rcv_wscale)				\
	X(tp->rx_opt.num_sacks, num_sacks)				\
	X(icsk->icsk_ca_state, ca_state)				\
	X(icsk->icsk_ca_setsockopt, ca_setsockopt)			\
	X(icsk->icsk_ca_dst_locked, ca_dst_locked)			\
	X(icsk->icsk_retransmits, retransmits)				\
	X(icsk->icsk_backoff, backoff)					\
	X(icsk->icsk_syn_retries, syn_retries)				\
	X(icsk->icsk_probes_out, probes_out)				\
	X(icsk->icsk_ack.quick, ack_quick)				\
	X(icsk->icsk_ack.pingpong, ack_pingpong)			\
	X(icsk->icsk_ack.retry, ack_retry)				\
	X(icsk->icsk_mtup.enabled, mtup_enabled)

/* Two bytes. */
#define VZ_TCP_SHORT(X)							\
	X(tp->rx_opt.user_mss, user_mss)				\
	X(tp->rx_opt.mss_clamp, mss_clamp)				\
	X(icsk->icsk_ack.last_seg_size, ack_last_seg_size)		\
	X(icsk->icsk_ack.rcv_mss, ack_rcv_mss)

/* How long, in jiffies; us in the image. */
#define VZ_TCP_SPANS(X)							\
	X(icsk->icsk_rto, rto_us)					\
	X(icsk->icsk_rto_min, rto_min_us)				\
	X(icsk->icsk_delack_max, delack_max_us)				\
	X(icsk->icsk_ack.ato, ato_us)					\
	X(tp->keepalive_time, keepalive_time_us)			\
	X(tp->keepalive_intvl, keepalive_intvl_us)			\
	X(tp->chrono_stat[0], busy_us)					\
	X(tp->chrono_stat[1], rwnd_limited_us)				\
	X(tp->chrono_stat[2], sndbuf_limited_us)

/* When, on tcp_jiffies32; 0 is never. In the image: how long ago, us. */
#define VZ_TCP_JIFFIES(X)						\
	X(tp->rcv_tstamp, rcv_age_us)					\
	X(tp->lsndtime, snd_age_us)					\
	X(tp->last_oow_ack_time, oow_age_us)				\
	X(tp->snd_cwnd_stamp, cwnd_age_us)				\
	X(tp->chrono_start, chrono_age_us)				\
	X(icsk->icsk_ack.lrcvtime, data_age_us)				\
	X(icsk->icsk_mtup.probe_timestamp, mtup_age_us)			\
	X(icsk->icsk_probes_tstamp, probes_age_us)			\
	X(tp->rtt_min.s[0].t, rtt_min_age_us[0])			\
	X(tp->rtt_min.s[1].t, rtt_min_age_us[1])			\
	X(tp->rtt_min.s[2].t, rtt_min_age_us[2])

/* When, us of tcp_clock_us(); 0 is never. In the image: how long ago, us. */
#define VZ_TCP_STAMPS(X)						\
	X(tp->tcp_mstamp, mstamp_age_us)				\
	X(tp->first_tx_mstamp, first_tx_age_us)				\
	X(tp->delivered_mstamp, delivered_age_us)			\
	X(tp->rack.mstamp, rack_age_us)					\
	X(tp->rcv_rtt_est.time, rcv_rtt_age_us)				\
	X(tp->rcvq_space.time, rcvq_age_us)

#endif /* _VZ_TCP_FIELDS_H */
