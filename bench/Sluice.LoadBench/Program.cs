using System.Globalization;
using Sluice.LoadBench;

if (args.Any(arg => !arg.StartsWith("--repeats=", StringComparison.Ordinal) && !arg.StartsWith("--concurrent=", StringComparison.Ordinal)
    && arg is not ("--small" or "--client-go" or "--only-client-go" or "--release" or "--latency" or "--latency-with-state" or "--windows" or "--sources" or "--memory")))
{
    Console.Error.WriteLine("Expected --repeats=N (3), --concurrent=N (16), --small (to try the bench), --client-go (compare with a client-go controller), --only-client-go, --release (nothing but the release of held objects), --latency (nothing but requests to one gate), --latency-with-state (the same beside all other gates and objects), --windows (nothing but gates with windows), --sources (nothing but gated sources) or --memory (nothing but memory).");
    return 2;
}

var repeats = Number("--repeats=", 3);
var concurrent = Number("--concurrent=", 16);
var scale = args.Contains("--small") ? Scale.Small : Scale.Full;
Subject[] subjects = args.Contains("--only-client-go") ? [Subject.Baseline] : args.Contains("--client-go") ? [Subject.Sluice, Subject.Baseline, Subject.BaselineWithHistory] : [Subject.Sluice];
var only = args.FirstOrDefault(arg => arg is "--sources" or "--memory" or "--windows" or "--latency" or "--latency-with-state" or "--release");
var results = new Results();
foreach (var subject in subjects)
{
    results.Add(subject, "size of the program (MB)", new FileInfo(subject.Program).Length / 1e6);
}

for (var repeat = 1; repeat <= repeats; repeat++)
{
    // The order is turned round each time, so that neither profits from its place.
    foreach (var subject in repeat % 2 == 1 ? subjects : [.. subjects.Reverse()])
    {
        await using var bench = await Bench.StartAsync();
        Results.Note($"-- run {repeat} of {repeats}: {subject.Name} on {bench.Server}, load {File.ReadAllText("/proc/loadavg")[..14]}");
        var round = new Round(bench, subject, scale, concurrent, results);
        await (only switch
        {
            "--sources" => new SourceRound(bench, subject, scale, results).RunAsync(),
            "--memory" => round.RunMemoryAsync(),
            "--windows" => round.RunWindowsAsync(),
            "--latency" => round.RunLatencyAsync(),
            "--latency-with-state" => round.RunLatencyWithStateAsync(),
            "--release" => round.RunReleaseAsync(),
            _ => round.RunAsync(withDefaultLimit: repeat == 1),
        });
    }
}

results.WriteTable();
foreach (var failure in results.Failures)
{
    Console.Error.WriteLine($"error: {failure}");
}

return results.Failures.Count == 0 ? 0 : 1;

int Number(string flag, int byDefault) =>
    args.FirstOrDefault(arg => arg.StartsWith(flag, StringComparison.Ordinal)) is { } given ? int.Parse(given[flag.Length..], CultureInfo.InvariantCulture) : byDefault;
