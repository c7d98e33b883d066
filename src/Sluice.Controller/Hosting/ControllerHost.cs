using Sluice.Controller.Gated;
using Sluice.Controller.Logging;
using Sluice.Controller.Metrics;
using Sluice.Controller.Notifications;
using Sluice.Kubernetes;

namespace Sluice.Controller.Hosting;

/// <summary>Puts the program together from its options, runs it, and takes it apart in order.</summary>
internal static partial class ControllerHost
{
    /// <summary>The name in events, in the log and in the lease.</summary>
    public const string Name = "sluice-controller";

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs until stopped. The exit code is 0 after a clean stop, and 1 when there is no way on: no configuration, or leadership lost.</summary>
    public static async Task<int> RunAsync(ControllerOptions options, CancellationToken stopping)
    {
        var time = TimeProvider.System;
        using var loggers = FluxLogging.CreateFactory(options.LogLevel, options.LogEncoding, time);
        var log = loggers.CreateLogger(Name);
        try
        {
            using var connection = Connect(options, time);
            LogStarting(log, connection.Server);
            await RunAsync(connection, options with { Namespace = connection.Namespace }, time, loggers, stopping);
            LogStopped(log);
            return 0;
        }
        catch (KubernetesConfigurationException e)
        {
            LogFatal(log, e.Message);
        }
        catch (LeadershipLostException e)
        {
            LogFatal(log, e.Message);
        }
        catch (IOException e)
        {
            // A port that is taken.
            LogFatal(log, e.Message);
        }

        return 1;
    }

    private static KubernetesConnection Connect(ControllerOptions options, TimeProvider time) => KubernetesConnection.Open(
        new()
        {
            Kubeconfig = options.Kubeconfig,
            Context = options.Context,
            Namespace = options.Namespace,
            UserAgent = Name,
            Qps = options.KubeApiQps,
            Burst = options.KubeApiBurst,
            RequestTimeout = ReleaseDeadline.LongestRequest,
        },
        time);

    private static async Task RunAsync(KubernetesConnection connection, ControllerOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken stopping)
    {
        var api = new KubernetesApi(connection, loggers.CreateLogger<KubernetesApi>());
        using var exposition = new PrometheusExposition(SluiceMetrics.MeterName);
        using var metrics = new SluiceMetrics(exposition);
        // A thousand releases are told when they are done: what is deployed matters more than what is said of it.
        ControllerProgram? working = null;
        var events = new EventRecorder(
            api, new() { Component = Name, IsBusy = () => working?.IsBusy == true }, time, loggers.CreateLogger<EventRecorder>());
        await using var flux = new FluxEventSink(new() { Address = options.EventsAddress }, metrics, time, loggers.CreateLogger<FluxEventSink>());
        await using var program = new ControllerProgram(api, options, new Notifier(events, flux, time), metrics, time, loggers);
        working = program;
        Observe(metrics, program, time);
        await using var metricsEndpoint = new MetricsEndpoint(options.MetricsAddress, exposition, loggers);
        await using var webhook = options.WebhookAddress.IsOn
            ? new WebhookProgram(api, options, options.WatchedNamespaces is null ? program.Bindings : null, program.Room, metrics, time, loggers) : null;
        await using var healthEndpoint = new HealthEndpoint(
            options.HealthAddress, () => program.Readiness is { IsReady: true } && webhook?.NotReady is { } why ? (false, why) : program.Readiness, loggers);
        await metricsEndpoint.StartAsync(stopping);
        await healthEndpoint.StartAsync(stopping);
        await (webhook?.StartAsync(stopping) ?? Task.CompletedTask);

        // While the leader finishes, the connections to its webhook are let go of.
        await using var draining = stopping.Register(() => webhook?.Drain());

        // What the leader does ends first, then what tells of it, so that the last hold and the last release are told, too.
        using var ending = new CancellationTokenSource();
        var supporting = Task.WhenAll(program.WatchAsync(ending.Token), events.RunAsync(ending.Token), webhook?.RunAsync(ending.Token) ?? Task.CompletedTask);
        try
        {
            var leading = LeadAsync(
                api, connection, options, ended => Task.WhenAll(program.LeadAsync(ended), webhook?.LeadAsync(ended) ?? Task.CompletedTask), time, loggers, stopping);
            await await Task.WhenAny(leading, supporting);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        finally
        {
            await ending.CancelAsync();
            await supporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Served to the end: requests are refused where nobody answers.
            await (webhook?.StopAsync() ?? Task.CompletedTask);
            await flux.DrainAsync(DrainTimeout);
        }
    }

    private static Task LeadAsync(
        KubernetesApi api, KubernetesConnection connection, ControllerOptions options, Func<CancellationToken, Task> lead, TimeProvider time, ILoggerFactory loggers, CancellationToken stopping)
    {
        if (!options.LeaderElection)
        {
            return lead(stopping);
        }

        var lease = new LeaderElectionOptions
        {
            Namespace = connection.Namespace,
            Name = options.LeaseName,
            LeaseDuration = options.LeaseDuration,
            RenewDeadline = options.RenewDeadline,
            RetryPeriod = options.RetryPeriod,
            ReleaseOnCancel = options.ReleaseOnCancel,
        };
        return new LeaderElector(api, lease, time, loggers.CreateLogger<LeaderElector>()).RunAsync(lead, stopping);
    }

    private static void Observe(SluiceMetrics metrics, ControllerProgram program, TimeProvider time)
    {
        metrics.ObserveGates(() => program.Gates.All.Select(gate => new GateReading(
            gate.Key.Namespace, gate.Key.Name, gate.IsOpenedAt(time.GetUtcNow()), program.Objects.CountHeldBy(gate.Name))));
        metrics.ObserveHeldObjects(() =>
            from kind in program.Objects.Kinds
            from held in program.Objects.Held(kind).CountBy(gated => gated.Key.Namespace)
            select new HeldReading(kind.Kind, held.Key, held.Value));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "starting, with the API server at {Server}")]
    private static partial void LogStarting(ILogger log, string server);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped; what is released goes on being reconciled by Flux, and nothing new passes")]
    private static partial void LogStopped(ILogger log);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot go on: {Problem}")]
    private static partial void LogFatal(ILogger log, string problem);
}
