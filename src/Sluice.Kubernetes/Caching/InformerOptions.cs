namespace Sluice.Kubernetes;

/// <summary>Which objects an informer follows, and how patient it is.</summary>
public sealed record InformerOptions
{
    /// <summary>The name in metrics and logs. Default null: the resource's.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The namespaces, each followed by requests of its own, so that rights in these are enough. Default null: all of them at once.
    /// </summary>
    public IReadOnlyCollection<string>? Namespaces { get; init; }

    /// <summary>
    /// Whether one of <see cref="Namespaces"/> does not exist: then nothing is in it, though nobody may list it, and the others need not wait for it.
    /// Default null: each is taken to exist.
    /// </summary>
    public Func<string, bool>? IsAbsent { get; init; }

    /// <summary>A label selector. Default null: every object.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>A field selector. Default null: every object.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Have the API server send <c>PartialObjectMetadata</c>: much less to receive if only metadata is of interest. Default false.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Ask for the initial state as a stream of events (WatchList), if the server can. Default true.</summary>
    public bool PreferWatchList { get; init; } = true;

    /// <summary>
    /// How long the API server is asked to keep a watch open; each watch takes between once and twice this, at random.
    /// Default 5 minutes, as client-go.
    /// </summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a watch may be silent, once the server has shown that it sends bookmarks (about one a minute), before it is
    /// taken for dead and opened again. Default 3 minutes.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The bound of the first wait after a failure; it doubles with each. Default 800 ms, as client-go.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The largest bound of a wait after a failure. Default 30 s, as client-go.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest bound of a wait while the kind is not served. Default 5 minutes.</summary>
    public TimeSpan MaxNotServedBackoff { get; init; } = TimeSpan.FromMinutes(5);
}
