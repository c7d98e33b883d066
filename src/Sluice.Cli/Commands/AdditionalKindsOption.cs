using System.CommandLine;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;

namespace Sluice.Cli.Commands;

/// <summary><c>--additional-kinds</c>: what sluice-controller was told to hold beside Flux's kinds. The cluster does not say, so whoever asks does.</summary>
internal sealed class AdditionalKindsOption : Option<string[]>
{
    public AdditionalKindsOption() : base(KindNames.AdditionalKinds)
    {
        Description = "Another kind that sluice-controller holds, as its own option of that name says; repeatable";
        HelpName = "PLURAL.GROUP";
        Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !ResourceName.TryParse(token.Value, out _)))
                result.AddError($"{KindNames.AdditionalKinds}: '{token.Value}' is not {ResourceName.Expected}");
        });
    }

    /// <summary>The kinds that it names, as the cluster serves them.</summary>
    /// <exception cref="CommandException">The cluster does not serve one of them.</exception>
    public async Task<IReadOnlyList<ServedKind>> FindAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        List<ResourceName> names = [];
        foreach (var text in arguments.GetValue(this) ?? [])
        {
            if (ResourceName.TryParse(text, out var name))
                names.Add(name);
        }

        // A wrong command line is told without a cluster.
        return names.Count == 0 ? [] : await new Finder(context.Cluster).AdditionalKindsAsync(names, cancellation);
    }
}
