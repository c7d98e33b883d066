using System.Globalization;

namespace Sluice.LoadBench;

/// <summary>What was measured, told as it comes and as a table at the end: the median of the runs, and the least and the most. And what should have been, and was not.</summary>
internal sealed class Results
{
    private readonly List<(string What, string Subject, double Value)> _all = [];
    private readonly List<string> _failures = [];

    /// <summary>What was promised and not kept.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void Add(Subject subject, string what, double value)
    {
        _all.Add((what, subject.Name, value));
        Note($"{subject.Name,-10} {what,-60} {Text(value),10}");
    }

    /// <summary>Says that a promise was not kept: the bench goes on, and ends with an error.</summary>
    public void Fail(Subject subject, string failure)
    {
        _failures.Add($"{subject.Name}: {failure}");
        Note($"FAILED     {_failures[^1]}");
    }

    public static void Note(string line) => Console.WriteLine(line);

    public void WriteTable()
    {
        string[] subjects = [.. _all.Select(one => one.Subject).Distinct()];
        Note($"\n| median (least to most) | {string.Join(" | ", subjects)} |\n|---|{string.Concat(subjects.Select(_ => "---|"))}");
        foreach (var what in _all.Select(one => one.What).Distinct())
        {
            Note($"| {what} | {string.Join(" | ", subjects.Select(subject => Spread([.. _all.Where(one => one.What == what && one.Subject == subject).Select(one => one.Value)])))} |");
        }
    }

    private static string Spread(double[] values)
    {
        Array.Sort(values);
        return values.Length switch
        {
            0 => "",
            1 => Text(values[0]),
            _ => $"{Text((values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2)} ({Text(values[0])} to {Text(values[^1])})",
        };
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 10 ? "0.00" : Math.Abs(value) < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
