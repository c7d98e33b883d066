using System.CommandLine;
using System.Net;
using FluxStandIn;
using FluxStandIn.Kubernetes;
using k8s.Exceptions;

var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Path of the kubeconfig (default: where kubectl looks)." };
var context = new Option<string?>("--context") { Description = "Context of the kubeconfig (default: its current context)." };
var storagePath = new Option<string?>("--storage-path") { Description = "Folder of the artifacts (default: a temporary one, deleted at the end)." };
var storageAddr = new Option<string>("--storage-addr") { Description = "Where artifacts and /reconciles are served; port 0 picks a free one.", DefaultValueFactory = _ => "127.0.0.1:0" };
var concurrent = new Option<int>("--concurrent") { Description = "Reconciliations of one kind at the same time.", DefaultValueFactory = _ => 4 };
var namespaces = new Option<string[]>("--namespace") { Description = "Watch this namespace only; can be repeated (default: all).", DefaultValueFactory = _ => [] };
var requeue = new Option<string>("--requeue-dependency") { Description = "When to look at a dependency again.", DefaultValueFactory = _ => "30s" };
var delay = new Option<string>("--reconcile-delay") { Description = "Time that each reconciliation takes at least.", DefaultValueFactory = _ => "0s" };
var gitRoot = new Option<string?>("--git-root") { Description = "Folder of bare repositories that plays the Git server of http, https and ssh URLs." };
var chartRoot = new Option<string?>("--chart-root") { Description = "Folder of packaged charts that plays every Helm repository and registry: PATH-OF-THE-URL/VERSION.tgz." };
var kubectl = new Option<string?>("--kubectl") { Description = "The kubectl that builds kustomizations (default: from PATH)." };
var logLevel = new Option<LogLevel>("--log-level") { Description = "debug, info or error.", DefaultValueFactory = _ => LogLevel.Info };

var root = new RootCommand(StandIn.Introduction) { kubeconfig, context, storagePath, storageAddr, concurrent, namespaces, requeue, delay, gitRoot, chartRoot, kubectl, logLevel };
root.SetAction(async (arguments, cancellation) =>
{
    StandInOptions options;
    try
    {
        options = new StandInOptions
        {
            Kubeconfig = arguments.GetValue(kubeconfig),
            Context = arguments.GetValue(context),
            StoragePath = arguments.GetValue(storagePath),
            StorageAddress = IPEndPoint.Parse(arguments.GetValue(storageAddr)!),
            Concurrent = arguments.GetValue(concurrent),
            Namespaces = arguments.GetValue(namespaces)!,
            RequeueDependency = GoDuration.Parse(arguments.GetValue(requeue)!),
            ReconcileDelay = GoDuration.Parse(arguments.GetValue(delay)!),
            GitRoot = arguments.GetValue(gitRoot),
            ChartRoot = arguments.GetValue(chartRoot),
            Kubectl = arguments.GetValue(kubectl),
            LogLevel = arguments.GetValue(logLevel),
        };
    }
    catch (FormatException e)
    {
        await Console.Error.WriteLineAsync($"flux-stand-in: {e.Message}");
        return 2;
    }

    Console.WriteLine(StandIn.Introduction);
    StandIn started;
    try
    {
        started = await StandIn.StartAsync(options, cancellation);
    }
    catch (KubeConfigException e)
    {
        await Console.Error.WriteLineAsync($"flux-stand-in: {e.Message}: name one with --kubeconfig");
        return 1;
    }

    await using var standIn = started;
    Console.WriteLine($"artifacts: {standIn.StorageAddress}  counters: {new Uri(standIn.StorageAddress, "reconciles")}");
    var stopped = new TaskCompletionSource();
    await using var registration = cancellation.Register(stopped.SetResult);
    await Task.WhenAny(stopped.Task, standIn.Completion);

    // Ends by itself only when something went wrong; say what.
    if (standIn.Completion.IsFaulted)
        await standIn.Completion;
    return 0;
});
return await root.Parse(args).InvokeAsync();
