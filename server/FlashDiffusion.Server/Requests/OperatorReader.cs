using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads forward operators of requests.</summary>
internal static class OperatorReader
{
    /// <summary>The operator with checked parameters; null if anything is wrong, with the reasons in <paramref name="problems"/>.</summary>
    public static OperatorRequest? Read(
        OperatorCatalog operators, V1.ForwardOperator message, Compatibility compatibility, PictureLimits limits, RequestProblems problems)
    {
        var noise = NoiseLevel.ReadSigned(message, problems);
        if (operators.Find(message.Name) is not { Family: { } family } entry)
        {
            problems.AddMissing("operator.name", new MissingResource("operator", message.Name, WhyNot(operators, message.Name)));
            return null;
        }

        var before = problems.Violations.Count;
        var parameters = ParameterReader.Read(family.Descriptor.Parameters, message.Parameters, "operator.parameters", problems);
        if (message.Mask is not null && !family.Descriptor.TakesMask)
        {
            problems.Add("operator.mask", $"The operator '{family.Descriptor.Name}' takes no mask.");
        }

        var mask = message.Mask is not null && family.Descriptor.TakesMask ? PictureReader.ReadMask(message.Mask, "operator.mask", limits, problems) : null;
        var kernel = KernelReader.Read(message.Kernel, family.Descriptor, problems);
        return problems.Violations.Count > before
            ? null
            : new OperatorRequest(
                family,
                new OperatorSpec(family.Descriptor.Name, parameters) { Seed = message.Seed, Mask = mask, Kernel = kernel, Compatibility = compatibility },
                noise)
            { Version = entry.Version };
    }

    private static string WhyNot(OperatorCatalog operators, string name) => operators.FindFailed(name) is { } failed
        ? $"The operator '{name}' can't be used: {failed.Reason}"
        : $"There is no operator '{name}'; known are {string.Join(", ", operators.ReadyNames)}.";
}
