using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Controller.Metrics;

/// <summary>The <c>process_*</c> metrics that every Prometheus client has and that the usual dashboards expect.</summary>
internal static class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";

    /// <summary>Adds them to a meter, read when they are collected.</summary>
    public static void Register(Meter meter)
    {
        using var process = Process.GetCurrentProcess();
        var started = (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        meter.CreateObservableGauge(
            "process_start_time_seconds", () => started, description: "Start time of the process since unix epoch in seconds.");
        meter.CreateObservableCounter(
            "process_cpu_seconds_total",
            () => Environment.CpuUsage.TotalTime.TotalSeconds,
            description: "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge(
            "process_resident_memory_bytes", () => Environment.WorkingSet, description: "Resident memory size in bytes.");

        // Where there is no /proc (macOS), the metric is absent rather than wrong.
        if (Directory.Exists(OpenFiles))
        {
            meter.CreateObservableGauge(
                "process_open_fds", () => Directory.EnumerateFileSystemEntries(OpenFiles).Count(), description: "Number of open file descriptors.");
        }
    }
}
