using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Api.Serialization;
using Sluice.Controller.Calendars;
using Sluice.Controller.Checks;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Windows;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gates;

/// <summary>A gate as the API server has it, with what the domain makes of its texts.</summary>
internal sealed class ObservedGate : ICachedObject
{
    // Null for the many gates without a calendar, whose rules depend on nothing but the spec.
    private readonly CalendarCache? _calendars;
    private KnownRules? _rules;

    // Null for those without checks that are asked.
    private readonly CheckAsker? _asker;

    private ObservedGate(CalendarCache? calendars, CheckAsker? asker) => (_calendars, _asker) = (calendars, asker);

    public required Gate Gate { get; init; }

    /// <summary>The rules that the spec states, with its calendars as they are now.</summary>
    public GateRules Rules => Known.Rules;

    /// <summary>What is understood of the spec and hardly meant; empty when nothing is.</summary>
    public string Warnings => Known.Warnings;

    private KnownRules Known
    {
        get
        {
            var version = _calendars?.Version ?? 0;
            var known = Volatile.Read(ref _rules);
            if (known is null || known.CalendarsVersion != version)
            {
                known = new(Gate.Spec.ToRules(_calendars?.Of(Key.Namespace) ?? NoCalendars.Instance), version);
                Volatile.Write(ref _rules, known);
            }

            return known;
        }
    }

    /// <summary>What the annotations ask for.</summary>
    public required RequestAnnotations Requests { get; init; }

    /// <summary>What the status has latched.</summary>
    public required LatchedRequests Latched { get; init; }

    public ObjectKey Key => new(Gate.Metadata.Namespace ?? "", Gate.Metadata.Name);

    public string Uid => Gate.Metadata.Uid ?? "";

    public string ResourceVersion => Gate.Metadata.ResourceVersion ?? "";

    /// <summary>The gate as messages write it: <c>flux-system/sre-approval</c>.</summary>
    public string Name => Key.ToString();

    /// <summary>What the gate is for an object that has no candidates. By the latched requests alone: what is not latched yet decides nothing.</summary>
    public GateDecision Decide(DateTimeOffset now) => GateDecision.Decide(Rules, Latched.Current, Answers, null, now);

    /// <summary>What the gate is for a candidate, before any approvals are asked for.</summary>
    public GateDecision Decide(Candidate candidate, DateTimeOffset now) => GateDecision.Decide(Rules, Latched.Current, Answers, candidate, now);

    /// <summary>Whether what its annotations ask for is latched, so that <see cref="Decide(DateTimeOffset)"/> heeds it.</summary>
    public bool HasTakenRequests(DateTimeOffset now) => RequestLatch.Take(Latched, Requests, Rules, now).Latched.Current == Latched.Current;

    /// <summary>What its checks have answered.</summary>
    public ImmutableArray<CheckAnswer> Answers => _asker?.Of(Uid) ?? [];

    /// <summary>Whether the calendars of its windows are known; see <see cref="CalendarCache.IsSettled"/>.</summary>
    public bool HasCalendars => _calendars?.IsSettled(Key.Namespace, Gate.Spec.CalendarConfigMaps()) != false;

    /// <summary>
    /// Whether it can be asked: its calendars are known, and it does not wait for the first answer of a check, after a start, which would close it for a
    /// moment though it is opened. It does not wait for long: no answer in time is an answer.
    /// </summary>
    public bool IsSettledAt(DateTimeOffset now) => HasCalendars && !(_asker is not null && WasOpened && Decide(now).Reason == GateReasons.CheckPending);

    /// <summary>Whether it is opened; while it cannot be asked, as on a replica that only watches and asks no checks, what its status says.</summary>
    public bool IsOpenedAt(DateTimeOffset now) => IsSettledAt(now) ? Decide(now).State == GateState.Opened : WasOpened;

    /// <summary>Whether its status says that it is opened.</summary>
    public bool WasOpened => Gate.Status?.FindCondition(ConditionTypes.Opened)?.IsTrue == true;

    /// <summary>The gated sources elsewhere that its checks ask about.</summary>
    public IEnumerable<ObjectKey> CheckedSources() =>
        (Gate.Spec.Checks ?? []).Select(check => check.Resource).OfType<ResourceCheck>().Select(resource => new ObjectKey(resource.Namespace ?? Key.Namespace, resource.Name)).Distinct();

    /// <summary>Reads a gate and drops what is not used again.</summary>
    public static ObservedGate Read(ReadOnlySpan<byte> json, CalendarCache calendars, CheckAsker asker, bool trustRequestedBy)
    {
        var gate = JsonSerializer.Deserialize(json, ApiJson.Default.Gate) ?? throw new JsonException("Expected a Gate and found null.");
        return new(gate.Spec.CalendarConfigMaps().Any() ? calendars : null, gate.Spec.Checks?.Any(check => check.IsAsked) == true ? asker : null)
        {
            Requests = gate.ReadRequests(trustRequestedBy),
            Latched = gate.Status.ReadLatched(),
            Gate = gate with { Metadata = gate.Metadata with { ManagedFields = null, Labels = null, Annotations = KeptAnnotations(gate.Metadata.Annotations) } },
        };
    }

    /// <summary>Whether an object that names the gate might be decided differently by <paramref name="later"/> than by this.</summary>
    public bool DecidesLike(ObservedGate later) =>
        Uid == later.Uid
        && Gate.Metadata.Generation == later.Gate.Metadata.Generation
        && Latched.Current == later.Latched.Current
        && Opened == later.Opened;

    private (string? Status, string? Reason) Opened => Gate.Status?.FindCondition(ConditionTypes.Opened) is { } opened ? (opened.Status, opened.Reason) : default;

    // kubectl's last-applied-configuration alone is as large as the gate.
    private static Dictionary<string, string>? KeptAnnotations(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.Where(annotation => annotation.Key == FluxAnnotations.ReconcileRequestedAt
                || annotation.Key.StartsWith(FluxAnnotations.EventPrefix, StringComparison.Ordinal))
            .ToDictionary(annotation => annotation.Key, annotation => annotation.Value);

    private sealed record KnownRules(GateRules Rules, int CalendarsVersion)
    {
        private readonly Lazy<string> _warnings = new(() => string.Join("; ", ScheduleWarnings.Of(Rules)));

        public string Warnings => _warnings.Value;
    }
}
