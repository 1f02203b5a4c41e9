using System.Collections.Immutable;
using Xunit;

namespace FlashDiffusion.Conformance;

/// <summary>What a refusal must say.</summary>
internal static class Refusals
{
    public static void AssertRefused(SolverPlan plan, string field, string what)
    {
        AssertNamed(plan.Violations, field, what);
        Assert.True(plan.Steps.IsEmpty, $"Plan refuses {what} and lists steps all the same.");
    }

    public static void AssertNamed(ImmutableArray<FieldViolation> violations, string field, string what)
    {
        Assert.True(violations.Any(violation => violation.Field == field), $"Plan does not refuse {what}: no violation names '{field}'.");
        Assert.All(violations, violation => Assert.False(string.IsNullOrWhiteSpace(violation.Description), $"The violation of '{violation.Field}' does not say what is wrong."));
    }
}
