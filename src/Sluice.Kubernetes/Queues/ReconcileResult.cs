namespace Sluice.Kubernetes;

/// <summary>When a key is to be looked at again, after a reconciliation. Several may be set; the earliest counts.</summary>
public readonly record struct ReconcileResult
{
    /// <summary>Not before something happens.</summary>
    public static ReconcileResult Done => default;

    /// <summary>After this span, on the monotonic clock. Default null.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>At this moment of the wall clock. Default null.</summary>
    public DateTimeOffset? RequeueAt { get; init; }

    /// <summary>Again with the key's growing back-off: not failed, but not finished either. Default false.</summary>
    public bool Retry { get; init; }

    /// <summary>
    /// That it failed after all, by what: counted, logged and tried again with back-off as what is thrown, and for who knows when it must be looked at in any case. Default null.
    /// </summary>
    public Exception? Failure { get; init; }

    /// <summary>After <paramref name="span"/>.</summary>
    public static ReconcileResult After(TimeSpan span) => new() { RequeueAfter = span };

    /// <summary>At <paramref name="moment"/>.</summary>
    public static ReconcileResult At(DateTimeOffset moment) => new() { RequeueAt = moment };
}
