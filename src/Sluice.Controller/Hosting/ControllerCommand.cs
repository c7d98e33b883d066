using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Sluice.Api.Gated;
using Sluice.Controller.Checks;
using Sluice.Controller.Logging;
using Sluice.Controller.Notifications;
using Sluice.Gating.Time;

namespace Sluice.Controller.Hosting;

/// <summary>The flags of <c>sluice-controller</c>.</summary>
internal static partial class ControllerCommand
{
    /// <summary>The exit code for flags that cannot be understood.</summary>
    public const int UsageError = 2;

    private static readonly ControllerOptions Defaults = new();

    /// <summary>Builds the command, which runs <paramref name="run"/> with what the command line says.</summary>
    public static RootCommand Create(Func<ControllerOptions, CancellationToken, Task<int>> run)
    {
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "A kubeconfig file. Default: $KUBECONFIG, ~/.kube/config, else the pod's service account." };
        var context = new Option<string?>("--context") { Description = "A context of the kubeconfig. Default: its current one." };
        var runtimeNamespace = new Option<string?>("--runtime-namespace")
        {
            Description = "The namespace of the leader election lease. Default: $RUNTIME_NAMESPACE, else that of the pod or of the context.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RUNTIME_NAMESPACE"),
        };
        var watchAll = Flag("--watch-all-namespaces", Defaults.WatchAllNamespaces, "Watch gates and gated objects in all namespaces; if false, only in the runtime namespace.");
        var namespaces = new Option<string[]>("--watch-namespaces")
        {
            Description = "Watch gates, bindings and gated objects in these namespaces alone, for example team-a,team-b; rights in them are enough. Default: see --watch-all-namespaces.",
            CustomParser = result => Listed(result),
            DefaultValueFactory = _ => [],
        };
        namespaces.Validators.Add(ValidateNamespaces);
        var labels = new Option<string?>("--watch-label-selector") { Description = "Watch only gated objects with these labels, for example sharding.fluxcd.io/key=shard1." };
        labels.Validators.Add(result => Check(
            result, Value(result) is { Length: > 0 } selector && !LabelSelector().IsMatch(selector), "expected a label selector, for example sharding.fluxcd.io/key=shard1 or 'tier in (web,db),!draft'"));
        var noCross = Flag("--no-cross-namespace-refs", Defaults.NoCrossNamespaceRefs, "Refuse references to gates of other namespaces.");
        var trust = Flag("--trust-requested-by", Defaults.TrustRequestedBy, "Believe the requestedBy annotations of requests. Only where config/admission is installed, which lets nobody claim to be another.");
        var kinds = new Option<string[]>("--additional-kinds")
        {
            Description = "Other kinds with spec.suspend that may be held, as PLURAL.GROUP, for example terraforms.infra.contrib.fluxcd.io.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        kinds.Validators.Add(ValidateKinds);
        var checkHosts = new Option<string[]>("--check-hosts")
        {
            Description = "The hosts that prometheus and http checks of gates may ask, for example prometheus.monitoring:9090,*.example.org. Default: none.",
            CustomParser = result => Listed(result),
            DefaultValueFactory = _ => [],
        };
        checkHosts.Validators.Add(result => Check(
            result, result.Tokens.Count > 0 && Listed(result) is var hosts && (hosts.Length == 0 || !hosts.All(CheckHosts.IsPattern)), "expected HOST, HOST:PORT or *.DOMAIN, separated by commas"));
        var events = Text("--events-addr", "", "Where to post Flux events, the address of notification-controller. Empty: nowhere.");
        var audit = new Option<string?>("--audit-log") { Description = "A file on a volume that is kept, to which every decision is appended before it is carried out; what cannot be written there is not released. Default: none." };
        audit.Validators.Add(result => Check(result, string.IsNullOrEmpty(Value(result)) || Value(result) == "-", "expected the path of a file: the chain is read back from it"));
        var metrics = Text("--metrics-addr", ":8080", "Where to serve /metrics. 0: nowhere.");
        var health = Text("--health-addr", ":9440", "Where to serve /healthz and /readyz. 0: nowhere.");
        events.Validators.Add(result => Check(result, !FluxEventSinkOptions.TryParseAddress(Value(result), out _, out var error), error));
        metrics.Validators.Add(result => Check(result, !ListenAddress.TryParse(Value(result), out _, out var error), error));
        health.Validators.Add(result => Check(result, !ListenAddress.TryParse(Value(result), out _, out var error), error));
        var webhook = Text("--webhook-addr", "0", "Where to serve the admission webhook, for example :9443. 0: nowhere; on Kubernetes 1.36 and later policies do its work.");
        webhook.Validators.Add(result => Check(result, !ListenAddress.TryParse(Value(result), out _, out var error), error));
        var webhookHost = new Option<string?>("--webhook-host") { Description = "The name by which API servers reach the webhook. Default: sluice-webhook.RUNTIME-NAMESPACE.svc." };
        webhookHost.Validators.Add(result => Check(
            result, Value(result) is { Length: > 0 } host && Uri.CheckHostName(host) == UriHostNameType.Unknown, "expected a DNS name or an IP address"));
        var concurrent = new Option<int>("--concurrent") { Description = "How many objects of a kind of work are reconciled at once.", DefaultValueFactory = _ => Defaults.Concurrent };
        concurrent.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() is < 1 or > 256, "expected a number from 1 to 256"));
        var level = Text("--log-level", "info", "trace, debug, info or error.");
        level.AcceptOnlyFromAmong("trace", "debug", "info", "error");
        var encoding = Text("--log-encoding", "json", "json or console.");
        encoding.AcceptOnlyFromAmong("json", "console");
        var elect = Flag("--enable-leader-election", Defaults.LeaderElection, "Only one replica works at a time. Needed as soon as there are two.");
        var release = Flag("--leader-election-release-on-cancel", Defaults.ReleaseOnCancel, "Give the lease up on a clean stop, so that another replica takes over at once.");
        var lease = Duration("--leader-election-lease-duration", Defaults.LeaseDuration, "How long a lease lasts that is not renewed.");
        var renew = Duration("--leader-election-renew-deadline", Defaults.RenewDeadline, "How long the leader tries to renew before it stops.");
        var retry = Duration("--leader-election-retry-period", Defaults.RetryPeriod, "How long between two tries.");
        var minRetry = Duration("--min-retry-delay", Defaults.MinRetryDelay, "The first wait after a failed reconciliation; it doubles with each.");
        var maxRetry = Duration("--max-retry-delay", Defaults.MaxRetryDelay, "The longest wait after a failed reconciliation.");
        var jitter = new Option<int>("--interval-jitter-percentage")
        {
            Description = "By how much the interval of a gate is varied at most, in percent, so that many gates are not looked at together. 0: not at all.",
            DefaultValueFactory = _ => Defaults.IntervalJitterPercentage,
        };
        jitter.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() is < 0 or > 50, "expected a number from 0 to 50"));
        var qps = new Option<double>("--kube-api-qps") { Description = "Requests a second to the API server, on average. 0 or less: no limit.", DefaultValueFactory = _ => Defaults.KubeApiQps };
        var burst = new Option<int>("--kube-api-burst") { Description = "Requests at once after a quiet time.", DefaultValueFactory = _ => Defaults.KubeApiBurst };
        qps.Validators.Add(result => Check(result, !double.IsFinite(result.GetValueOrDefault<double>()), "expected a number"));
        burst.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() < 1 && result.GetValue(qps) > 0, $"expected a number from 1, unless {qps.Name} is 0"));

        var command = new RootCommand("Holds Flux objects while the gates that they name are closed, and releases them when they are opened.")
        {
            kubeconfig, context, runtimeNamespace, watchAll, namespaces, labels, noCross, trust, kinds, checkHosts, events, audit, metrics, health, webhook, webhookHost, concurrent, level, encoding,
            elect, release, lease, renew, retry, minRetry, maxRetry, jitter, qps, burst,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new ControllerOptions
            {
                Kubeconfig = parsed.GetValue(kubeconfig),
                Context = parsed.GetValue(context),
                Namespace = parsed.GetValue(runtimeNamespace) is { Length: > 0 } name ? name : null,
                WatchAllNamespaces = parsed.GetValue(watchAll),
                WatchNamespaces = parsed.GetValue(namespaces)!,
                WatchLabelSelector = parsed.GetValue(labels),
                NoCrossNamespaceRefs = parsed.GetValue(noCross),
                TrustRequestedBy = parsed.GetValue(trust),
                AdditionalKinds = parsed.GetValue(kinds)!,
                CheckHosts = parsed.GetValue(checkHosts)!,
                AuditLog = parsed.GetValue(audit),
                EventsAddress = FluxEventSinkOptions.TryParseAddress(parsed.GetValue(events), out var eventsAddress, out _) ? eventsAddress : null,
                MetricsAddress = ListenAddress.Parse(parsed.GetValue(metrics)),
                HealthAddress = ListenAddress.Parse(parsed.GetValue(health)),
                WebhookAddress = ListenAddress.Parse(parsed.GetValue(webhook)),
                WebhookHost = parsed.GetValue(webhookHost) is { Length: > 0 } webhookName ? webhookName : null,
                Concurrent = parsed.GetValue(concurrent),
                LogLevel = FluxLogging.TryParseLevel(parsed.GetValue(level), out var logLevel, out _) ? logLevel : LogLevel.Information,
                LogEncoding = FluxLogging.TryParseEncoding(parsed.GetValue(encoding), out var logEncoding, out _) ? logEncoding : LogEncoding.Json,
                LeaderElection = parsed.GetValue(elect),
                ReleaseOnCancel = parsed.GetValue(release),
                LeaseDuration = Parse(parsed.GetValue(lease)),
                RenewDeadline = Parse(parsed.GetValue(renew)),
                RetryPeriod = Parse(parsed.GetValue(retry)),
                MinRetryDelay = Parse(parsed.GetValue(minRetry)),
                MaxRetryDelay = Parse(parsed.GetValue(maxRetry)),
                IntervalJitterPercentage = parsed.GetValue(jitter),
                KubeApiQps = parsed.GetValue(qps),
                KubeApiBurst = parsed.GetValue(burst),
            };
            if (options.LeaseDuration <= options.RenewDeadline || options.RenewDeadline <= options.RetryPeriod)
            {
                await Console.Error.WriteLineAsync($"Expected {lease.Name} > {renew.Name} > {retry.Name}, found "
                    + $"{GoDuration.Format(options.LeaseDuration)}, {GoDuration.Format(options.RenewDeadline)} and {GoDuration.Format(options.RetryPeriod)}.");
                return UsageError;
            }

            return await run(options, cancellation);
        });
        return command;
    }

    private static Option<string> Text(string name, string value, string description) => new(name) { Description = description, DefaultValueFactory = _ => value };

    // `--flag`, `--flag=true` and `--flag=false`, as Go's flags.
    private static string[] Listed(SymbolResult result) =>
        [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];

    private static Option<bool> Flag(string name, bool value, string description) =>
        new(name) { Description = value ? $"{description} Default: true." : description, DefaultValueFactory = _ => value, Arity = ArgumentArity.ZeroOrOne };

    // A text, so that help shows the default as it is written.
    private static Option<string> Duration(string name, TimeSpan value, string description)
    {
        var option = Text(name, GoDuration.Format(value), description);
        option.Validators.Add(result => Check(
            result, result.Tokens.Any(token => !GoDuration.TryParse(token.Value, out var duration) || duration <= TimeSpan.Zero), "expected a duration greater than zero, for example 35s"));
        return option;
    }

    private static string? Value(OptionResult result) => result.GetValueOrDefault<string>();

    private static TimeSpan Parse(string? duration) => GoDuration.TryParse(duration, out var parsed) ? parsed : TimeSpan.Zero;

    private static void ValidateKinds(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            Check(result, !ResourceName.TryParse(token.Value, out _), $"'{token.Value}' is not {ResourceName.Expected}");
        }
    }

    private static void ValidateNamespaces(OptionResult result)
    {
        var names = result.GetValueOrDefault<string[]>() ?? [];
        Check(result, names.Length == 0 && result.Tokens.Count > 0, "expected the names of namespaces, for example team-a,team-b");
        foreach (var name in names)
        {
            Check(result, !NamespaceName().IsMatch(name), $"'{name}' is not the name of a namespace: expected lower case letters, digits and '-', at most 63");
        }
    }

    // What the API server takes: key, !key, key=value, ==, !=, key in (a,b), key notin (a,b), key>1, key<1, separated by commas.
    private const string Word = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
    private const string Label = $"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?{Word}";
    private const string Requirement = $@"\s*(!\s*{Label}|{Label}(\s*(==?|!=)\s*({Word})?|\s*[<>]\s*[0-9]+|\s+(not)?in\s*\(\s*({Word})?(\s*,\s*({Word})?)*\s*\))?)\s*";

    [GeneratedRegex($"^{Requirement}(,{Requirement})*$")]
    private static partial Regex LabelSelector();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex NamespaceName();

    private static void Check(SymbolResult result, bool isWrong, string? message)
    {
        if (isWrong)
        {
            result.AddError(result is OptionResult option ? $"{option.IdentifierToken?.Value}: {message}" : message ?? "");
        }
    }
}
