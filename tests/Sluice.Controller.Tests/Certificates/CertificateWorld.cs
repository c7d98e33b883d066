using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Certificates;

namespace Sluice.Controller.Tests.Certificates;

/// <summary>
/// A Secret, a configuration and some replicas that see both late, each at its own time. What is told of it are the plan and the rule by which a
/// certificate comes to be served; keys and TLS are left out.
/// </summary>
internal sealed class CertificateWorld
{
    /// <summary>An API server hears of a change of the configuration within this time.</summary>
    private static readonly TimeSpan Lag = ServedCertificate.Patience / 2;

    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<(DateTimeOffset At, IReadOnlyList<Authority> Trusted)> _configurations = [];
    private readonly List<Replica> _replicas = [];
    private StoredCertificate? _secret;
    private int _version, _made;

    public CertificateWorld(int replicas)
    {
        _configurations.Add((Now, []));
        _replicas.AddRange(Enumerable.Range(0, replicas).Select(_ => new Replica(new(_time))));
        Settle();
    }

    public int Writes { get; private set; }

    public int Made => _made;

    public IReadOnlyList<Authority> Trusted => _configurations[^1].Trusted;

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>The Secret is deleted, or overwritten with something that is no certificate.</summary>
    public void Lose()
    {
        _secret = null;
        _version++;
    }

    /// <summary>A replica hears of what is there now.</summary>
    public void Hear(int replica) => _replicas[replica % _replicas.Count].Hear(_secret, _version, _configurations.Count);

    /// <summary>A replica looks at what it has heard, and acts.</summary>
    public void Look(int replica) => Look(_replicas[replica % _replicas.Count]);

    /// <summary>A replica starts anew: it has heard of everything and serves nothing.</summary>
    public void Restart(int replica)
    {
        _replicas[replica % _replicas.Count] = new(new(_time));
        Hear(replica);
        Look(replica);
    }

    /// <summary>A few seconds pass.</summary>
    public void Wait(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Check();
        }
    }

    /// <summary>A long time passes, in which watches and timers work.</summary>
    public void Pass(TimeSpan time)
    {
        Settle();
        var end = Now + time;
        while (Now < end)
        {
            var next = _replicas.Min(replica => replica.LookAgain);
            _time.Advance(next < end && next > Now ? next - Now : end - Now);
            Settle();
        }
    }

    /// <summary>Everybody hears of everything and looks at it, until there is nothing left to do.</summary>
    public void Settle()
    {
        // Two rounds of rest: in the first, what is new may have been waiting to be served.
        var rest = 0;
        for (var rounds = 0; rounds < 20; rounds++)
        {
            var before = (Writes, _version, string.Join(' ', _replicas.Select(replica => replica.Served.Current?.Fingerprint)));
            for (var i = 0; i < _replicas.Count; i++)
            {
                Hear(i);
                Look(i);
            }

            Wait((int)ServedCertificate.Patience.TotalSeconds + 1);
            rest = before == (Writes, _version, string.Join(' ', _replicas.Select(replica => replica.Served.Current?.Fingerprint))) ? rest + 1 : 0;
            if (rest == 2)
            {
                // Assertions are slow, and this is asked a million times.
                if (_replicas.Exists(replica => replica.Served.Current != _secret))
                {
                    throw new InvalidOperationException("Not all serve what the Secret holds.");
                }

                return;
            }
        }

        throw new InvalidOperationException("The replicas do not come to rest: they undo each other's writes.");
    }

    private void Look(Replica replica)
    {
        var trusted = _configurations[replica.Configuration - 1];
        var state = new CertificateState { Stored = replica.Secret, Problem = "lost", Served = replica.Served.Current?.Authority, Trusted = trusted.Trusted, TrustedSince = trusted.At };
        var plan = CertificatePlan.Of(state, Now);
        if (plan.MakeBecause is not null)
        {
            // As the API server does: who has not heard of the latest version writes nothing.
            if (replica.Version != _version)
            {
                return;
            }

            _secret = Make();
            _version++;
            Writes++;
            replica.Hear(_secret, _version, replica.Configuration);
            plan = CertificatePlan.Of(state with { Stored = _secret }, Now);
            if (plan.MakeBecause is not null)
            {
                throw new InvalidOperationException($"What was just made is not good: {plan.MakeBecause}");
            }
        }

        if (AuthorityBundle.Write(plan.Trust!) != AuthorityBundle.Write(trusted.Trusted))
        {
            if (replica.Configuration != _configurations.Count)
            {
                return;
            }

            _configurations.Add((Now, plan.Trust!));
            Writes++;
        }

        replica.LookAgain = plan.LookAgain;
        replica.Served.Offer(replica.Secret!, trusted.Trusted, Now);
        replica.IsReady |= trusted.Trusted.Contains(replica.Served.Current!.Authority);
        replica.ReadySince = replica.IsReady ? replica.ReadySince ?? Now : null;
    }

    /// <summary>Whatever an API server has heard by now, it trusts what every replica serves that is said to be ready.</summary>
    private void Check()
    {
        foreach (var replica in _replicas.Where(replica => replica.ReadySince <= Now - Lag))
        {
            var current = replica.Served.Current!;
            if (Now < current.NotBefore || current.NotAfter <= Now)
            {
                throw new InvalidOperationException($"At {Now:u} a replica serves a certificate that is valid from {current.NotBefore:u} to {current.NotAfter:u}.");
            }

            for (var i = _configurations.Count - 1; i >= 0 && (i == _configurations.Count - 1 || _configurations[i + 1].At > Now - Lag); i--)
            {
                if (!_configurations[i].Trusted.Contains(current.Authority))
                {
                    throw new InvalidOperationException($"At {Now:u} an API server that knows the configuration of {_configurations[i].At:u} does not trust {current.Fingerprint}, which a replica serves.");
                }
            }
        }
    }

    private StoredCertificate Make()
    {
        var (from, to) = (Now - CertificatePlan.BackDated, Now + CertificatePlan.Lifetime);
        var name = $"{++_made}";
        return new(null, new($"ca {name}", $"ca {name}", from, to), name, from, to, CoversHost: true);
    }

    private sealed class Replica(ServedCertificate served)
    {
        public ServedCertificate Served { get; } = served;

        public StoredCertificate? Secret { get; private set; }

        public int Version { get; private set; } = -1;

        public int Configuration { get; private set; } = 1;

        public DateTimeOffset LookAgain { get; set; } = DateTimeOffset.MaxValue;

        public bool IsReady { get; set; }

        public DateTimeOffset? ReadySince { get; set; }

        public void Hear(StoredCertificate? secret, int version, int configuration) => (Secret, Version, Configuration) = (secret, version, configuration);
    }
}
