using System.Collections.Immutable;

namespace FlashDiffusion.Server.Resume;

/// <summary>What of a request differs from the one that its token was made for.</summary>
internal static class FactsComparison
{
    /// <param name="first">Facts of the token.</param>
    /// <param name="now">Facts of the request, mapped.</param>
    public static ImmutableArray<FieldViolation> Differences(TokenFacts first, TokenFacts now)
    {
        var differences = ImmutableArray.CreateBuilder<FieldViolation>();
        Check("measurement", first.MeasurementHash.Equals(now.MeasurementHash) && (first.Height, first.Width) == (now.Height, now.Width), "It is not the measurement with which the reconstruction began.");
        Check("operator", Equals(Asked(first.Operator), Asked(now.Operator)), "It is not the operator with which the reconstruction began, or has other parameters, another seed, noise, mask or kernel.");
        Check("sampling", (first.Sampler, first.DdimSteps, first.DdimEta) == (now.Sampler, now.DdimSteps, now.DdimEta), "It is not the reverse process with which the reconstruction began.");
        Check("compatibility", first.Compatibility == now.Compatibility, "The reconstruction began with the other one.");
        return differences.ToImmutable();

        // Its version is the server's choice, not the request's.
        static TokenOperator? Asked(TokenOperator? facts) => facts is null ? null : new TokenOperator(facts) { Version = "" };

        void Check(string field, bool same, string description)
        {
            if (!same)
            {
                differences.Add(new FieldViolation(field, description));
            }
        }
    }
}
