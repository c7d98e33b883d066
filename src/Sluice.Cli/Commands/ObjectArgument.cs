using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;

namespace Sluice.Cli.Commands;

/// <summary>The argument <c>KIND/NAME</c>, and the option that says which kinds there are beside Flux's.</summary>
internal sealed class ObjectArgument
{
    private readonly Argument<string> _name;
    private readonly AdditionalKindsOption _kinds = new();

    private ObjectArgument(string description, Func<CompletionContext, IEnumerable<string>> completions)
    {
        _name = new("KIND/NAME") { HelpName = "KIND/NAME", Description = description };
        _name.CompletionSources.Add(completions);
    }

    /// <summary>An object that can be held.</summary>
    public static ObjectArgument Create(Host host) => new("The object, for example kustomization/my-app or hr/podinfo; -n says in which namespace", new ClusterCompletions(host).Objects);

    /// <summary>An object that can be held, or a gated source.</summary>
    public static ObjectArgument CreateWithSources(Host host) =>
        new("The object, for example kustomization/my-app, hr/podinfo or gatedsource/my-app; -n says in which namespace", new ClusterCompletions(host).Explained);

    /// <summary>Gives both to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_name);
        command.Add(_kinds);
    }

    /// <summary>What was written.</summary>
    public string Text(ParseResult arguments) => arguments.GetRequiredValue(_name);

    /// <summary>The object that is named, which can be held.</summary>
    /// <exception cref="CommandException">It is not named as one, or there is none of that name, or no such kind.</exception>
    public async Task<(ServedKind Kind, JsonObject Json)> FindAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var additional = await _kinds.FindAsync(context, arguments, cancellation);
        var name = TypedName.Parse(Text(arguments), [.. GatedKind.OfFlux, .. additional.Select(kind => kind.Kind)]);
        return await new Finder(context.Cluster).ObjectAsync(name, context.Namespace, cancellation);
    }
}
