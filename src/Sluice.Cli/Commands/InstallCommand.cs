using System.CommandLine;
using Sluice.Cli.Installing;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>install</c>: applies the manifests that this program carries, and waits until the controller runs.</summary>
internal sealed class InstallCommand
{
    private const string Auto = "auto", Yes = "yes", No = "no";

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(5);

    private readonly Option<bool> _export = new("--export") { Description = "Print the manifests, for Git, and ask no cluster" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would change; the API server checks everything and stores nothing" };

    private readonly Option<string?> _image = new("--image") { Description = "The controller's image, with your registry", HelpName = "IMAGE" };

    private readonly Option<string> _mutating = new("--mutating-policies")
    {
        Description = "The policies by which what is gated is born held: auto (where the API server has MutatingAdmissionPolicy v1; with --export: no), yes or no",
        HelpName = "WHEN",
        DefaultValueFactory = _ => Auto,
    };

    private readonly Option<bool> _force = new("--force-conflicts") { Description = "Set what others have set differently" };

    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the controller runs; --wait=false only applies", DefaultValueFactory = _ => true };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        _mutating.AcceptOnlyFromAmong(Auto, Yes, No);
        var command = new Command("install", "Install Sluice, or bring it up to the version of this program") { _export, _dryRun, _image, _mutating, _force, _wait };
        host.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var (inNamespace, image, mutating) = (context.GivenNamespace ?? InstallSet.DefaultNamespace, arguments.GetValue(_image), arguments.GetRequiredValue(_mutating));
        if (arguments.GetValue(_export))
        {
            context.Terminal.Output.Write(string.Join("---\n", InstallSet.Build(mutating == Yes, inNamespace, image).Select(item => YamlText.Of(item.Json))));
            return ExitCodes.Ok;
        }

        if (context.IsForPrograms)
            throw CommandException.Usage("-o makes no sense with install: --export prints the manifests");
        var objects = InstallSet.Build(mutating == Yes || mutating == Auto && await Installer.ServesMutatingPoliciesAsync(context.Cluster, cancellation), inNamespace, image);
        var installer = new Installer(context.Cluster, context.Time, arguments.GetValue(_force));
        await installer.RequireNamespaceAsync(inNamespace, cancellation);

        // Whatever the API server refuses, it refuses before anything is changed.
        List<(InstallObject Item, InstallChange Change)> plan = [];
        foreach (var item in objects)
            plan.Add((item, await installer.PlanAsync(item, cancellation)));
        if (arguments.GetValue(_dryRun))
        {
            foreach (var (item, change) in plan)
                Say(context, item, change, " (dry run)");
            return ExitCodes.Ok;
        }

        var patience = context.Timeout ?? DefaultPatience;
        foreach (var (item, change) in plan)
        {
            if (change != InstallChange.Unchanged)
                await installer.ApplyAsync(item, cancellation);
            Say(context, item, change);
            if (item.Resource == InstallKinds.Definitions)
                await installer.EstablishedAsync(item, patience, cancellation);
        }

        var deployment = objects.Single(item => item.Resource == InstallKinds.Deployments);
        if (arguments.GetValue(_wait))
            await new Rollout(context.Cluster, context.Time, text => context.Terminal.Error.Write($"{Printable.Line(text)}\n")).WaitAsync(deployment.Key, InstallSet.Image(objects), patience, cancellation);
        context.Terminal.WriteLine(plan.TrueForAll(step => step.Change == InstallChange.Unchanged)
            ? $"Nothing changed: Sluice is installed in namespace {inNamespace} as this program has it."
            : arguments.GetValue(_wait) ? $"Sluice is installed in namespace {inNamespace} and runs. See '{context.Program} check'."
            : $"Sluice is installed in namespace {inNamespace}. See '{context.Program} check' whether it runs.");
        return ExitCodes.Ok;
    }

    private static void Say(CommandContext context, InstallObject item, InstallChange change, string note = "")
    {
        context.Terminal.Write($"{item} ");
        context.Terminal.WriteLine(change.ToString().ToLowerInvariant() + note, change == InstallChange.Unchanged ? Tone.Dim : Tone.Good);
    }
}
