using System.Globalization;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads forward operators of requests.</summary>
internal static class OperatorReader
{
    /// <summary>Noise where a request says none, on [0, 1] (arXiv 2309.06642, section 4).</summary>
    public const double DefaultNoiseStd = 0.05;

    /// <summary>The operator with checked parameters; null if anything is wrong, with the reasons in <paramref name="problems"/>.</summary>
    public static OperatorRequest? Read(
        OperatorCatalog operators, V1.ForwardOperator message, Compatibility compatibility, PictureLimits limits, RequestProblems problems)
    {
        var noise = message.HasNoiseStd ? message.NoiseStd : DefaultNoiseStd;
        if (!(noise is >= 0 and <= 1))
        {
            problems.Add("operator.noise_std", string.Create(
                CultureInfo.InvariantCulture, $"The standard deviation of the noise must lie in [0, 1] (on pictures in [0, 1]), but is {noise}."));
        }

        if (operators.Find(message.Name) is not { } family)
        {
            var known = string.Join(", ", operators.Families.Select(candidate => candidate.Descriptor.Name));
            problems.AddMissing("operator.name", new MissingResource("operator", message.Name, $"There is no operator '{message.Name}'; known are {known}."));
            return null;
        }

        var before = problems.Violations.Count;
        var parameters = ParameterReader.Read(family.Descriptor.Parameters, message.Parameters, "operator.parameters", problems);
        if (message.Mask is not null && !family.Descriptor.TakesMask)
        {
            problems.Add("operator.mask", $"The operator '{family.Descriptor.Name}' takes no mask.");
        }

        var mask = message.Mask is not null && family.Descriptor.TakesMask ? PictureReader.ReadMask(message.Mask, "operator.mask", limits, problems) : null;
        return problems.Violations.Count > before
            ? null
            : new OperatorRequest(
                family,
                new OperatorSpec(family.Descriptor.Name, parameters) { Seed = message.Seed, Mask = mask, Compatibility = compatibility },
                2 * noise);
    }
}
