import re
import threading

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.observation import NS_PER_S, CameraId
from pipeline.runtime.metrics import SUB, Metrics

EAST = CameraId("东门")
WEST = CameraId("west")


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Every sample of our own, by its name and the values of its labels."""
    found = {}
    for family in text_string_to_metric_families(metrics.page().decode()):
        for sample in family.samples:
            if sample.name.startswith("smart_alert_"):
                found[sample.name.removeprefix("smart_alert_"), " ".join(sample.labels.values())] = sample.value
    return found


def test_everything_a_camera_counts_is_told() -> None:
    metrics = Metrics()
    camera = metrics.camera(EAST)
    camera.connected(is_connected=True)
    camera.connected(SUB, is_connected=False)
    camera.reconnected()
    camera.connection_failed("timed_out", SUB)
    camera.reader_abandoned(SUB)
    camera.received(25, 40_000)
    camera.received(25, 41_000)
    camera.keyframe_interval(2.0)
    camera.clock_offset(-0.25)
    camera.decoded(n_keyframes=3, n_full=40)
    camera.damaged(2)
    camera.looked("glance")
    camera.looked("objects")
    camera.looked("glance")
    camera.look_rate(0.5, 0.75)
    camera.dropped("late", 4)
    camera.detected(0.13, "city")
    camera.detector_refused("city")
    camera.network_failed("city")
    camera.network_failed("city")
    camera.blind("frozen")
    camera.log_entries_lost(7)
    camera.failed()
    told = {
        (name, labels.removeprefix("东门").strip()): value
        for (name, labels), value in samples(metrics).items()
        if labels.startswith("东门") and "latency" not in name
    }

    assert told == {
        ("camera_connected", "main"): 1,
        ("camera_connected", "sub"): 0,
        ("camera_reconnects_total", "main"): 1,
        ("camera_connection_failures_total", "timed_out sub"): 1,
        ("camera_readers_abandoned_total", "sub"): 1,
        ("camera_packets_total", "main"): 50,
        ("camera_received_bytes_total", "main"): 81_000,
        ("camera_keyframe_interval_seconds", "main"): 2.0,
        ("camera_clock_offset_seconds", ""): -0.25,
        ("camera_pictures_decoded_total", "keyframe main"): 3,
        ("camera_pictures_decoded_total", "full main"): 40,
        ("camera_pictures_damaged_total", "main"): 2,
        ("camera_looks_total", "glance"): 2,
        ("camera_looks_total", "objects"): 1,
        ("camera_looks_wanted_per_second", ""): 0.5,
        ("camera_looks_achieved_ratio", ""): 0.75,
        ("camera_dropped_total", "late"): 4,
        ("camera_detector_seconds_total", ""): 0.13,
        ("camera_detector_refused_total", ""): 1,
        ("camera_network_seconds_total", "city"): 0.13,
        ("camera_network_refused_total", "city"): 1,
        ("camera_network_failures_total", "city"): 2,
        ("camera_blind", "frozen"): 1,
        ("camera_log_entries_lost_total", ""): 7,
        ("camera_failed_looks_total", ""): 1,
    }


def test_latencies_fall_into_buckets_that_hold_all_below() -> None:
    metrics = Metrics()
    camera = metrics.camera(WEST)
    for latency_s in (0.05, 0.3, 0.5, 40.0):
        camera.analysed(latency_s)
    camera.alert_sent("raised", 1.5)
    told = samples(metrics)

    assert told["camera_analysis_latency_seconds_bucket", "west 0.1"] == 1
    assert told["camera_analysis_latency_seconds_bucket", "west 0.5"] == 3
    assert told["camera_analysis_latency_seconds_bucket", "west 30.0"] == 3
    assert told["camera_analysis_latency_seconds_bucket", "west +Inf"] == 4
    assert told["camera_analysis_latency_seconds_count", "west"] == 4
    assert told["camera_analysis_latency_seconds_sum", "west"] == pytest.approx(40.85)
    assert told["camera_alert_latency_seconds_bucket", "west 2.0"] == 1
    assert told["camera_alerts_total", "west raised"] == 1


def test_a_fault_that_is_over_goes_to_zero_and_one_that_never_was_is_not_told() -> None:
    metrics = Metrics()
    metrics.camera(EAST).faults(["frozen", "covered"])
    metrics.camera(EAST).faults(["covered"])
    told = samples(metrics)

    assert told["camera_fault_open", "东门 frozen"] == 0
    assert told["camera_fault_open", "东门 covered"] == 1
    assert ("camera_fault_open", "东门 moved") not in told


def test_a_camera_that_sees_again_is_not_blind() -> None:
    metrics = Metrics()
    metrics.camera(EAST).blind("frozen")
    metrics.camera(EAST).blind(None)

    assert {key: value for key, value in samples(metrics).items() if key[0] == "camera_blind"} == {
        ("camera_blind", "东门 none"): 0
    }


def test_a_camera_is_made_once_and_its_numbers_go_with_it() -> None:
    metrics = Metrics()
    camera = metrics.camera(EAST)
    camera.looked("glance")
    assert metrics.camera(EAST) is camera
    assert samples(metrics)["cameras", ""] == 1

    metrics.forget(EAST)
    metrics.forget(WEST)
    camera.looked("glance")  # a thread that ends a little later

    assert not any(labels.startswith(EAST) for _, labels in samples(metrics))
    assert metrics.camera(EAST) is not camera


def test_everything_the_process_counts_is_told() -> None:
    metrics = Metrics()
    metrics.detector_queue(3)
    metrics.detector_pass(0.13, 4, "city")
    metrics.outbox(17)
    metrics.sent(1_700_000_000 * NS_PER_S, 2)
    metrics.send_failed()
    metrics.reloaded(1_700_000_001 * NS_PER_S, is_taken_over=True)
    metrics.reloaded(1_700_000_002 * NS_PER_S, is_taken_over=False)
    metrics.overload(is_overloaded=True)
    told = {name + labels: value for (name, labels), value in samples(metrics).items() if "bucket" not in name}

    assert told == {
        "cameras": 0,
        "threads": threading.active_count(),
        "overloaded": 1,
        "detector_queue_pictures": 3,
        "detector_pictures_total": 4,
        "detector_pass_seconds_count": 1,
        "detector_pass_seconds_sum": 0.13,
        "network_pictures_totalcity": 4,
        "network_seconds_totalcity": 0.13,
        "outbox_waiting_messages": 17,
        "messages_sent_total": 2,
        "send_failures_total": 1,
        "last_sent_timestamp_seconds": 1_700_000_000,
        "site_reloads_totaltaken_over": 1,
        "site_reloads_totalrefused": 1,
        "site_loaded_timestamp_seconds": 1_700_000_001,
        "commands_totaltaken": 0,
        "commands_totalobeyed": 0,
        "commands_totalrefused": 0,
        "commands_totalanother_site": 0,
        "clips_totalwritten": 0,
        "clips_totallost": 0,
        "outbox_given_up_messages_totalsent": 0,
        "outbox_given_up_messages_totalovertaken": 0,
        "outbox_given_up_messages_totalunheard": 0,
        "evidence_bytes": 0,
        "evidence_removed_events_total": 0,
        "evidence_removed_bytes_total": 0,
        "messages_sent_without_evidence_total": 0,
    }


def test_memory_and_file_handles_of_the_process_are_told() -> None:
    page = Metrics().page().decode()

    assert re.search(r"^process_resident_memory_bytes [1-9]", page, re.MULTILINE)
    assert re.search(r"^process_open_fds [1-9]", page, re.MULTILINE)


def test_two_runs_in_one_process_do_not_share_numbers() -> None:
    first, second = Metrics(), Metrics()
    first.camera(EAST).looked("glance")

    assert ("camera_looks_total", "东门 glance") not in samples(second)


def test_every_family_has_a_help_text_and_a_unit_where_it_needs_one() -> None:
    metrics = Metrics()
    metrics.camera(EAST)
    families = [
        family
        for family in text_string_to_metric_families(metrics.page().decode())
        if family.name.startswith("smart_alert_")
    ]

    assert len(families) > 25
    assert all(family.documentation.endswith(".") for family in families)
    assert not [family.name for family in families if re.search(r"_(ms|s|kb|mb|percent)$", family.name)]


def test_counts_from_many_threads_are_not_lost() -> None:
    metrics = Metrics()

    def count() -> None:
        for _ in range(2000):
            metrics.camera(EAST).looked("glance")
            metrics.camera(EAST).received(1, 10)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        metrics.page()
    for thread in threads:
        thread.join()

    assert samples(metrics)["camera_looks_total", "东门 glance"] == 8000
    assert samples(metrics)["camera_received_bytes_total", "东门 main"] == 80_000
