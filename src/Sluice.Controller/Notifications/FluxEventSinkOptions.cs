using System.Net;
using Sluice.Kubernetes;

namespace Sluice.Controller.Notifications;

/// <summary>Where and how events are posted. The defaults are Flux's where Flux has one.</summary>
public sealed record FluxEventSinkOptions
{
    /// <summary>notification-controller's address from <c>--events-addr</c>, or null (the default) for no events at all.</summary>
    public Uri? Address { get; init; }

    /// <summary>The controller's name in the events.</summary>
    public string ReportingController { get; init; } = "sluice-controller";

    /// <summary>The pod's name in the events; the machine's by default, which in a pod is the same.</summary>
    public string ReportingInstance { get; init; } = Dns.GetHostName();

    /// <summary>
    /// How many events wait at most; beyond that the oldest is dropped. Default that of the cluster's own Events: a burst that is recorded
    /// there is told to people, too.
    /// </summary>
    public int QueueLength { get; init; } = EventRecorderOptions.DefaultCapacity;

    /// <summary>How long one request may take. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often one event is tried before it is dropped. Default 5, which takes 40 s at the worst.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The wait before the second attempt, doubled before each further one and varied by half of it. Default 1 s.</summary>
    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts, before it is varied. Default 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads <c>--events-addr</c>; nothing at all turns events off. <paramref name="error"/> says what is allowed.</summary>
    public static bool TryParseAddress(string? text, out Uri? address, out string? error)
    {
        address = null;
        error = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps))
        {
            address = uri;
            return true;
        }

        error = $"'{text}' is not an http:// or https:// URL; in a cluster with Flux it is "
            + "http://notification-controller.flux-system.svc.cluster.local./";
        return false;
    }
}
