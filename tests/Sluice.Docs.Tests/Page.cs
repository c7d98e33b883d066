using Sluice.TestBed;

namespace Sluice.Docs.Tests;

/// <summary>
/// A page of <c>docs/how-to</c> as what its reader does: files to write (YAML whose first line is a comment with a file name), and commands
/// (<c>$ …</c> in an indented block) with what they print.
/// </summary>
internal sealed class Page
{
    private const string Indent = "    ", Prompt = "    $ ", Fence = "```";

    private readonly string _path;
    private readonly string[] _lines;

    private Page(string path) => (_path, _lines) = (path, File.ReadAllLines(path));

    /// <summary>The folder of the pages.</summary>
    public static string Folder { get; } = RepositoryRoot.Combine("docs", "how-to");

    /// <summary>The pages' names.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.md").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static Page Read(string name) => new(Path.Combine(Folder, name));

    /// <summary>What there is to do, in the order of the page.</summary>
    public IEnumerable<Step> Steps()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            if (_lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                var end = Array.FindIndex(_lines, i + 1, line => line.StartsWith(Fence, StringComparison.Ordinal));
                if (_lines[i] == Fence + "yaml" && _lines[i + 1] is ['#', ' ', .. var file] && file.EndsWith(".yaml", StringComparison.Ordinal))
                {
                    yield return new(i + 1, file, string.Join('\n', _lines[(i + 1)..end]) + "\n", []);
                }

                i = end;
            }
            else if (_lines[i].StartsWith(Prompt, StringComparison.Ordinal))
            {
                var first = i;
                while (_lines[i].EndsWith('\\'))
                {
                    i++;
                }

                var command = string.Join('\n', _lines[first..(i + 1)].Select(line => line.Trim()))[2..];
                var output = _lines.Skip(i + 1).TakeWhile(line => line.StartsWith(Indent, StringComparison.Ordinal) && !line.StartsWith(Prompt, StringComparison.Ordinal) || line.Length == 0).ToList();
                while (output.Count > 0 && output[^1].Length == 0)
                {
                    output.RemoveAt(output.Count - 1);
                }

                yield return new(i + 1, null, command, [.. output.Select(line => line.Length == 0 ? line : line[Indent.Length..])]);
                i += output.Count;
            }
        }
    }

    /// <summary>Writes the page anew with what its commands really printed; what the page leaves out (<c>...</c>) stays out.</summary>
    public void Write(IEnumerable<(Step Step, IReadOnlyList<string> Printed)> run)
    {
        var lines = _lines.ToList();
        foreach (var (step, printed) in run.Where(step => step.Step.File is null && !step.Step.Output.Contains("...")).Reverse())
        {
            lines.RemoveRange(step.Line, step.Output.Length);
            lines.InsertRange(step.Line, printed.Select(line => line.Length == 0 ? line : Indent + line));
        }

        File.WriteAllLines(_path, lines);
    }
}
