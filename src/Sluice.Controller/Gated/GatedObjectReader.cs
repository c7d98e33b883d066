using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Controller.Gated;

/// <summary>
/// Reads a Flux object in one pass over its JSON and keeps what <see cref="GatedObject"/> has room for. Objects of several kilobytes
/// arrive by the thousand, with managed fields and inventories that Sluice has no use for.
/// </summary>
internal ref struct GatedObjectReader
{
    private Utf8JsonReader _json;
    private string _namespace = "", _name = "", _uid = "", _resourceVersion = "";
    private long _generation;
    private bool _isDeleting, _isSuspended, _isOci;
    private SuspendOwners _suspendOwners = SuspendOwners.None;
    private ImmutableArray<GateReference>? _specGates;
    private string? _gates, _require, _heldBy, _heldSince, _keep, _suspendedBy, _releaseOnce, _releasingOnce, _releasedOnce;
    private ApprovedCondition? _approved;
    private FluxProgress _progress;
    private (string Kind, string? Namespace, string Name)? _sourceRef, _chartRef;
    private string? _lastApplied, _lastAttempted, _lastAttemptedDigest;
    private Dictionary<string, string>? _eventAnnotations, _labels;

    private GatedObjectReader(ReadOnlySpan<byte> json) => _json = new(json);

    /// <summary>Reads one object.</summary>
    public static GatedObject Read(ReadOnlySpan<byte> json)
    {
        var reader = new GatedObjectReader(json);
        reader.ReadObject();
        return reader.ToObject();
    }

    private readonly GatedObject ToObject() => new()
    {
        Key = new(_namespace, _name),
        Labels = _labels ?? (IReadOnlyDictionary<string, string>)ReadOnlyDictionary<string, string>.Empty,
        Uid = _uid,
        ResourceVersion = _resourceVersion,
        GatesAnnotation = _gates,
        RequireAnnotation = _require,
        // A namespace that is not given is the object's own, which need not stand before the spec.
        SpecGates = SpecGates.In(_specGates, _namespace),
        Approved = _approved,
        IsDeleting = _isDeleting,
        IsOci = _isOci,
        EventAnnotations = _eventAnnotations,
        Uses = Uses(),
        Hold = new()
        {
            IsSuspended = _isSuspended,
            OwnsSuspend = _suspendOwners.IncludeSluice,
            OtherOwners = _suspendOwners.Others,
            HeldBy = _heldBy,
            HeldSince = Rfc3339.TryParse(_heldSince, out var since) ? since : null,
            KeepSuspended = _keep ?? (_suspendedBy is null ? null : $"suspended by {_suspendedBy}"),
            ReleaseOnce = _releaseOnce,
            ReleasingOnce = _releasingOnce,
            ReleasedOnce = _releasedOnce,
            AttemptFinished = _progress.AttemptFinished(_generation),
        },
    };

    private readonly SourceUse? Uses()
    {
        // A chart out of a registry of images is known by the digest of its image: its version may be given to another one.
        var revision = _chartRef is null ? _lastApplied : _lastAttemptedDigest ?? _lastAttempted;
        bool? isReady = _progress.AttemptFinished(_generation) ? _progress.IsReady : null;
        return (_chartRef ?? _sourceRef) is { } source
            ? new($"{source.Kind}/{source.Namespace ?? _namespace}/{source.Name}", revision, isReady)
            : null;
    }

    private void ReadObject()
    {
        _json.Read();
        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals("metadata"u8))
            {
                ReadMetadata();
            }
            else if (_json.ValueTextEquals("spec"u8))
            {
                ReadSpec();
            }
            else if (_json.ValueTextEquals("status"u8))
            {
                ReadStatus();
            }
            else
            {
                _json.SkipValue();
            }
        }
    }

    private void ReadMetadata()
    {
        _json.Read();
        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals("name"u8))
            {
                _name = _json.StringValue() ?? "";
            }
            else if (_json.ValueTextEquals("namespace"u8))
            {
                _namespace = _json.StringValue() ?? "";
            }
            else if (_json.ValueTextEquals("uid"u8))
            {
                _uid = _json.StringValue() ?? "";
            }
            else if (_json.ValueTextEquals("resourceVersion"u8))
            {
                _resourceVersion = _json.StringValue() ?? "";
            }
            else if (_json.ValueTextEquals("generation"u8))
            {
                _generation = _json.LongValue();
            }
            else if (_json.ValueTextEquals("deletionTimestamp"u8))
            {
                _isDeleting = _json.StringValue() is not null;
            }
            else if (_json.ValueTextEquals("annotations"u8))
            {
                ReadAnnotations();
            }
            else if (_json.ValueTextEquals("labels"u8))
            {
                ReadLabels();
            }
            else if (_json.ValueTextEquals("managedFields"u8))
            {
                _suspendOwners = SuspendOwners.Read(ref _json);
            }
            else
            {
                _json.SkipValue();
            }
        }
    }

    private void ReadLabels()
    {
        if (!_json.EnterObject())
        {
            return;
        }

        while (_json.NextProperty())
        {
            var name = _json.GetString()!;
            (_labels ??= [])[name] = _json.StringValue() ?? "";
        }
    }

    private void ReadAnnotations()
    {
        if (!_json.EnterObject())
        {
            return;
        }

        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals(GatedAnnotations.SuspendedBy))
            {
                _suspendedBy = _json.StringValue();
            }
            else if (_json.ValueSpan.StartsWith("gating.toolkit.fluxcd.io/"u8))
            {
                var name = _json.GetString();
                var value = _json.StringValue();
                switch (name)
                {
                    case GatedAnnotations.Gates: _gates = value; break;
                    case GatedAnnotations.Require: _require = value; break;
                    case GatedAnnotations.HeldBy: _heldBy = value; break;
                    case GatedAnnotations.HeldSince: _heldSince = value; break;
                    case GatedAnnotations.KeepSuspended: _keep = value; break;
                    case GatedAnnotations.ReleaseOnce: _releaseOnce = value; break;
                    case GatedAnnotations.ReleasingOnce: _releasingOnce = value; break;
                    case GatedAnnotations.ReleasedOnce: _releasedOnce = value; break;
                }
            }
            else if (_json.ValueSpan.StartsWith("event.toolkit.fluxcd.io/"u8))
            {
                var name = _json.GetString()!;
                (_eventAnnotations ??= [])[name] = _json.StringValue() ?? "";
            }
            else
            {
                _json.SkipValue();
            }
        }
    }

    private void ReadSpec()
    {
        if (!_json.EnterObject())
        {
            return;
        }

        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals("suspend"u8))
            {
                _json.Read();
                _isSuspended = _json.TokenType == JsonTokenType.True;
                _json.SkipValue();
            }
            else if (_json.ValueTextEquals("type"u8))
            {
                _isOci = _json.StringValue() == "oci";
            }
            else if (_json.ValueTextEquals("gates"u8))
            {
                _specGates = SpecGates.Read(ref _json);
            }
            else if (_json.ValueTextEquals("sourceRef"u8))
            {
                _sourceRef = SourceUse.ReadReference(ref _json);
            }
            else if (_json.ValueTextEquals("chartRef"u8))
            {
                _chartRef = SourceUse.ReadReference(ref _json);
            }
            else
            {
                _json.SkipValue();
            }
        }
    }

    private void ReadStatus()
    {
        if (!_json.EnterObject())
        {
            return;
        }

        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals("conditions"u8))
            {
                ReadConditions();
            }
            else if (_json.ValueTextEquals("lastAppliedRevision"u8))
            {
                _lastApplied = _json.StringValue();
            }
            else if (_json.ValueTextEquals("lastAttemptedRevision"u8))
            {
                _lastAttempted = _json.StringValue();
            }
            else if (_json.ValueTextEquals("lastAttemptedRevisionDigest"u8))
            {
                _lastAttemptedDigest = _json.StringValue();
            }
            else
            {
                _json.SkipValue();
            }
        }
    }

    private void ReadConditions()
    {
        if (!_json.EnterArray())
        {
            _json.SkipValue();
            return;
        }

        while (_json.NextItem())
        {
            ReadCondition();
        }
    }

    private void ReadCondition()
    {
        string? type = null, status = null, reason = null, message = null;
        long observedGeneration = 0;
        while (_json.NextProperty())
        {
            if (_json.ValueTextEquals("type"u8))
            {
                type = _json.StringValue();
            }
            else if (_json.ValueTextEquals("status"u8))
            {
                status = _json.StringValue();
            }
            else if (_json.ValueTextEquals("reason"u8))
            {
                reason = _json.StringValue();
            }
            else if (_json.ValueTextEquals("observedGeneration"u8))
            {
                observedGeneration = _json.LongValue();
            }
            else if (_json.ValueTextEquals("message"u8) && type is null or Api.Metadata.ConditionTypes.Approved)
            {
                message = _json.StringValue();
            }
            else
            {
                _json.SkipValue();
            }
        }

        if (type == Api.Metadata.ConditionTypes.Approved)
        {
            _approved = new(status ?? "", reason ?? "", message ?? "");
        }
        else
        {
            _progress = _progress.With(type, status, reason, observedGeneration);
        }
    }
}
