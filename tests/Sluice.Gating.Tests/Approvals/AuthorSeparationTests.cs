using System.Collections.Immutable;
using CsCheck;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Approvals;

/// <summary>Who approves is told from who wrote the commit, by the claim that the gate names.</summary>
public sealed class AuthorSeparationTests
{
    private const string Mail = "example.com/email";

    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly Candidate B = new("main@sha1:b", "sha256:bb", "sha256:01");
    private static readonly ApprovalRules ByUsername = new() { SeparateFromCommitAuthor = true };
    private static readonly ApprovalRules ByPrefix = ByUsername with { AuthorClaim = new() { UsernamePrefix = "oidc:" } };
    private static readonly ApprovalRules ByMail = ByUsername with { AuthorClaim = new() { Extra = Mail } };

    [Theory]
    [InlineData("anna", "anna")]
    [InlineData("anna@example.com", "anna@example.com")]
    [InlineData("Anna <anna@example.com>", "Anna", "anna@example.com", "Anna <anna@example.com>")]
    [InlineData(" \"Anna\"  < anna@example.com > ", "Anna", "anna@example.com", "Anna\"  < anna@example.com >")]
    [InlineData("Anna <anna@example.com>, bob", "Anna", "anna@example.com", "bob", "Anna <anna@example.com>", "Anna <anna@example.com>, bob")]
    [InlineData("Smith, Anna <anna@example.com>", "Smith", "Anna", "Smith, Anna", "anna@example.com", "Anna <anna@example.com>", "Smith, Anna <anna@example.com>")]
    [InlineData("Anna <anna@example.com", "Anna", "anna@example.com", "Anna <anna@example.com")]
    [InlineData("Anna <a@example.com> <b@example.com> (core)", "Anna", "a@example.com", "b@example.com", "Anna <a@example.com> <b@example.com> (core)")]
    [InlineData("<anna@example.com>", "anna@example.com", "<anna@example.com>")]
    [InlineData("")]
    [InlineData(" , <>,\"\"")]
    public void Everything_that_an_author_may_be_called_by_is_a_name_of_theirs(string author, params string[] names) =>
        CommitAuthors.Names([author]).Should().BeEquivalentTo(names);

    [Theory]
    [InlineData("anna@example.com", "Anna <ANNA@Example.COM>", true)]
    [InlineData("ANNA@example.com", "anna@example.com", true)]
    [InlineData("Anna", "anna", true)]
    [InlineData("anna@example.com", "ben@example.com; anna@example.com", true)]
    [InlineData("anna@example.com", "ben@example.com anna@example.com", true)]
    [InlineData("anna@example.com", "Anna (anna@example.com)", true)]
    [InlineData("anna@example.com", "Anna <mailto:anna@example.com>", true)]
    [InlineData("anna@example.com", "ben@example.com\nanna@example.com", true)]
    [InlineData("anna", "ben & anna", true)]
    [InlineData("anna@example.com", "hanna@example.com", false)]
    [InlineData("anna@example.com", "anna@example.com.evil.org", false)]
    [InlineData("anna", "anna@example.com", false)]
    [InlineData("anna@example.com", "anna", false)]
    public void Names_and_addresses_are_compared_in_full_and_without_regard_to_case(string username, string author, bool isAuthor) =>
        Decide(ByUsername, [author], For(username)).State.Should().Be(isAuthor ? ApprovalState.Pending : ApprovalState.Approved);

    [Fact]
    public void A_prefix_of_the_username_is_left_out_and_who_has_another_name_cannot_be_told_from_the_author()
    {
        string[] authors = ["Anna <anna@example.com>"];
        Decide(ByPrefix, authors, For("oidc:anna@example.com")).State.Should().Be(ApprovalState.Pending);
        Decide(ByPrefix, authors, For("oidc:bob@example.com")).State.Should().Be(ApprovalState.Approved);
        var decision = Decide(ByPrefix, authors, For("admin"), For("oidc:"));
        decision.State.Should().Be(ApprovalState.Pending);
        decision.Message.Should().Be("0 of 1 approvals; that of admin does not count: there is no username behind 'oidc:' with it, which would tell them from who wrote the commit"
            + "; that of oidc: does not count: there is no username behind 'oidc:' with it, which would tell them from who wrote the commit");
    }

    [Theory]
    [InlineData("oidc:anna@example.com", true)]
    [InlineData("https://issuer.example.com/realms/team#Anna@Example.com", true)]
    [InlineData("EXAMPLE\\anna@example.com", true)]
    [InlineData("auth0|anna@example.com", true)]
    [InlineData("oidc:hanna@example.com", false)]
    [InlineData("anna@example.com:", false)]
    [InlineData("oidc:bob@example.com", false)]
    public void Where_no_claim_is_named_an_author_is_found_behind_what_an_issuer_puts_before_their_name(string username, bool isAuthor) =>
        Decide(ByUsername, ["Anna Smith <anna@example.com>"], For(username)).State.Should().Be(isAuthor ? ApprovalState.Pending : ApprovalState.Approved);

    [Fact]
    public void Of_an_extra_attribute_any_value_that_is_the_authors_makes_the_author()
    {
        string[] authors = ["anna@example.com"];
        Decide(ByMail, authors, For("u1", "old@example.com", "Anna@Example.com")).State.Should().Be(ApprovalState.Pending);
        Decide(ByMail, authors, For("u2", "bob@example.com")).State.Should().Be(ApprovalState.Approved);
        Decide(ByMail, authors, For("u3")).Message.Should().StartWith($"0 of 1 approvals; that of u3 does not count: there is no extra attribute '{Mail}' with it");
        Decide(ByMail, authors, For("u4", " ")).State.Should().Be(ApprovalState.Pending, "nothing is nobody's name");
    }

    [Fact]
    public void It_is_said_whose_approval_does_not_count_since_they_wrote_the_commit() =>
        Decide(ByUsername, ["anna"], For("anna")).Message.Should().Be("0 of 1 approvals; that of anna does not count: they wrote the commit");

    [Fact]
    public void Who_cannot_be_told_from_the_author_may_reject_and_counts_where_nobody_is_separated()
    {
        Decide(ByMail, ["anna"], For("u3") with { Approves = false }).State.Should().Be(ApprovalState.Rejected);
        Decide(ByMail with { SeparateFromCommitAuthor = false }, null, For("u3")).State.Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void What_names_nobody_is_no_author_that_is_known() => Decide(ByUsername, [" , <>"], For("bob")).State.Should().Be(ApprovalState.AuthorUnknown);

    [Fact]
    public void It_decides_as_somebody_would_who_knows_the_people_and_not_what_is_written_down() => Cases.Sample(found =>
    {
        var (rules, people, written) = found;
        var expected = written.Length == 0 ? ApprovalState.AuthorUnknown
            : people.Count(person => Passes(rules.AuthorClaim, person, written)) >= rules.Required ? ApprovalState.Approved : ApprovalState.Pending;
        Decide(rules, [.. written.Select(author => author.Text)], [.. people.Select(Vote)]).State.Should().Be(expected);
    });

    // Names that are none of another's, in whole or in part.
    private static readonly string[] Everybody = ["anna", "bob", "carol"];

    private static readonly Gen<Person> People = Gen.Select(OneOf(Everybody), Gen.Bool, Gen.Bool, (name, isFromIssuer, hasMail) => new Person(name, isFromIssuer, hasMail));

    private static readonly Gen<Author> Authors = Gen.Select(OneOf(Everybody), Gen.Int[0, 5], (name, form) => form switch
    {
        0 => new Author(name, false, name),
        1 => new(name, false, name.ToUpperInvariant()),
        2 => new(name, true, $"{name}@example.com"),
        3 => new(name, true, $"Somebody Else <{name.ToUpperInvariant()}@example.com>"),
        4 => new(name, true, $"zoe, Somebody, Else <{name}@Example.com>"),
        _ => new(name, true, $"\"Somebody\" <{name}@example.com>, zoe"),
    });

    private static readonly Gen<(ApprovalRules Rules, Person[] People, Author[] Authors)> Cases = Gen.Select(
        Gen.Select(OneOf(ByUsername, ByPrefix, ByMail), Gen.Int[1, 2], (rules, required) => rules with { Required = required }),
        People.Array[0, 4], Authors.Array[0, 3], (rules, people, authors) => (rules, people.DistinctBy(person => person.Username).ToArray(), authors));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static bool Passes(AuthorClaim claim, Person person, Author[] authors)
    {
        var (isKnown, byMail) = claim switch
        {
            { Extra: not null } => (person.HasMail, true),
            { UsernamePrefix: not null } => (person.IsFromIssuer, true),
            // The issuer's prefix is left out, though nobody has named it.
            _ => (true, person.IsFromIssuer),
        };
        return isKnown && !authors.Any(author => author.Name == person.Name && author.IsByMail == byMail);
    }

    private static Vote Vote(Person person) => person.HasMail ? For(person.Username, $"{person.Name}@EXAMPLE.com") : For(person.Username);

    private static ApprovalDecision Decide(ApprovalRules rules, string[]? authors, params ImmutableArray<Vote> votes) => ApprovalDecision.Decide(rules, votes, B, authors, Noon);

    private static Vote For(string username, params string[] mails) => new()
    {
        Name = $"{username}-approves",
        Username = username,
        Extra = mails.Length == 0 ? null : new Dictionary<string, IReadOnlyList<string>> { [Mail] = mails },
        Approves = true,
        Candidate = B,
        CastAt = Noon,
    };

    private sealed record Person(string Name, bool IsFromIssuer, bool HasMail)
    {
        public string Username => IsFromIssuer ? $"oidc:{Name}@example.com" : Name;
    }

    private sealed record Author(string Name, bool IsByMail, string Text);
}
