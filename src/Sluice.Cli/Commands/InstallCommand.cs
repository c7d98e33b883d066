using System.CommandLine;
using Sluice.Cli.Cluster;
using Sluice.Cli.Installing;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>install</c>: applies the manifests that this program carries, and waits until the controller runs.</summary>
internal sealed class InstallCommand
{
    private const string Auto = "auto", Policies = "policies", Webhook = "webhook", None = "none";

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(5);

    private readonly Option<bool> _export = new("--export") { Description = "Print the manifests, for Git, and ask no cluster" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would change; the API server checks everything and stores nothing" };

    private readonly Option<string?> _image = new("--image") { Description = "The controller's image, with your registry", HelpName = "IMAGE" };

    private readonly Option<string> _admission = new("--admission")
    {
        Description = "What has gated objects born held: policies (Kubernetes 1.36), webhook (1.30), none, or auto, which is policies where the API server has them and else webhook (with --export: none)",
        HelpName = "HOW",
        DefaultValueFactory = _ => Auto,
    };

    private readonly Option<bool> _force = new("--force-conflicts") { Description = "Set what others have set differently" };

    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the controller runs; --wait=false only applies", DefaultValueFactory = _ => true };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        _admission.AcceptOnlyFromAmong(Auto, Policies, Webhook, None);
        var command = new Command("install", "Install Sluice, or bring it up to the version of this program") { _export, _dryRun, _image, _admission, _force, _wait };
        host.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var (inNamespace, image, admission) = (context.GivenNamespace ?? InstallSet.DefaultNamespace, arguments.GetValue(_image), arguments.GetRequiredValue(_admission));
        if (arguments.GetValue(_export))
        {
            context.Terminal.Output.Write(string.Join("---\n", InstallSet.Build(Way(admission), inNamespace, image).Select(item => YamlText.Of(item.Json))));
            return ExitCodes.Ok;
        }

        if (context.IsForPrograms)
            throw CommandException.Usage("-o makes no sense with install: --export prints the manifests");
        var objects = InstallSet.Build(await WayAsync(context.Cluster, admission, cancellation), inNamespace, image);
        var installer = new Installer(context.Cluster, context.Time, arguments.GetValue(_force));
        await installer.RequireNamespaceAsync(inNamespace, cancellation);

        // Whatever the API server refuses, it refuses before anything is changed.
        List<InstallStep> steps = [];
        foreach (var item in objects)
            steps.Add(new(item, await installer.PlanAsync(item, cancellation)));
        steps.AddRange((await installer.FindOthersAsync(objects, inNamespace, cancellation)).Select(item => new InstallStep(item, InstallChange.Deleted)));
        if (arguments.GetValue(_dryRun))
        {
            foreach (var step in steps)
                Say(context, step, " (dry run)");
            return ExitCodes.Ok;
        }

        var waits = arguments.GetValue(_wait);
        var run = new InstallRun(
            context.Cluster, installer, context.Time, step => Say(context, step), text => context.Terminal.Error.Write($"{Printable.Line(text)}\n"));
        if (!waits)
            await run.RequireNoWaitingAsync(steps, cancellation);
        await run.RunAsync(steps, context.Timeout ?? DefaultPatience, waits, cancellation);
        context.Terminal.WriteLine(steps.TrueForAll(step => step.Change == InstallChange.Unchanged)
            ? $"Nothing changed: Sluice is installed in namespace {inNamespace} as this program has it."
            : waits ? $"Sluice is installed in namespace {inNamespace} and runs. See '{context.Program} check'."
            : $"Sluice is installed in namespace {inNamespace}. See '{context.Program} check' whether it runs.");
        return ExitCodes.Ok;
    }

    private static AdmissionWay Way(string admission) => admission switch
    {
        Policies => AdmissionWay.Policies,
        Webhook => AdmissionWay.Webhook,
        _ => AdmissionWay.None,
    };

    private static async Task<AdmissionWay> WayAsync(ClusterClient cluster, string admission, CancellationToken cancellation)
    {
        if (admission is not (Auto or Policies))
            return Way(admission);
        if (await Installer.ServesMutatingPoliciesAsync(cluster, cancellation))
            return AdmissionWay.Policies;
        return admission == Auto ? AdmissionWay.Webhook : throw new CommandException(
            $"the API server has no {InstallKinds.MutatingPolicies.Kind} v1, which comes with Kubernetes 1.36\n--admission {Webhook} does the same, by the controller");
    }

    private static void Say(CommandContext context, InstallStep step, string note = "")
    {
        context.Terminal.Write($"{step.Item} ");
        context.Terminal.WriteLine(step.Change.ToString().ToLowerInvariant() + note, step.Change == InstallChange.Unchanged ? Tone.Dim : Tone.Good);
    }
}
