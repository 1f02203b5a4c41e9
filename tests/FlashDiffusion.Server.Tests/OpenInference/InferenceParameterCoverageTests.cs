using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Requests;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Tests.OpenInference;

/// <summary>Every field of the native request is a parameter of the other protocol, or known not to be one.</summary>
public sealed class InferenceParameterCoverageTests
{
    private static readonly HashSet<string> Elsewhere =
    [
        // Said by the model's name and version, by inputs and by outputs.
        "model", "model_version", "solver.name", "measurement", "operator.mask", "operator.kernel", "resume_from.checkpoint", "progress.include_latent", "output.include_latent",
        // operator.NAME and solver.NAME.
        "operator.parameters", "solver.parameters",
        // Named in the proto as the native API's alone: pictures are tensors.
        "progress.include_decoded_mean", "progress.preview_format", "output.format",
    ];

    [Fact]
    public void Parameters_WithThoseThatAreElsewhere_AreAllFields()
    {
        var all = Leaves(V1.ReconstructRequest.Descriptor, "").ToHashSet();

        Assert.Subset(all, Elsewhere);
        Assert.Equal(all.Except(Elsewhere).Order(StringComparer.Ordinal), InferenceParameters.Names.SelectMany(SetBy).Where(field => !Elsewhere.Contains(field)).Distinct().Order(StringComparer.Ordinal));
    }

    // Whichever of these a parameter takes, it writes its field.
    private static IEnumerable<string> SetBy(string name)
    {
        var words = Words(V1.ReconstructRequest.Descriptor).Distinct();
        Inference.InferParameter[] values = [new() { Int64Param = 1 }, new() { BoolParam = true }, .. words.Append("AAAA").Select(word => new Inference.InferParameter { StringParam = word })];
        foreach (var value in values)
        {
            var (request, problems) = (new V1.ReconstructRequest { Solver = new V1.SolverChoice(), Progress = new V1.ProgressOptions() }, new RequestProblems());
            InferenceParameters.Read(new Inference.ModelInferRequest { Parameters = { [name] = value } }, request, problems);
            if (!problems.Any && Set(request, "").ToList() is { Count: > 0 } set)
            {
                return set;
            }
        }

        return name == InferenceNames.EmptyFinalResponse ? [] : throw new InvalidOperationException($"Nothing was good enough for {name}.");
    }

    private static IEnumerable<string> Words(MessageDescriptor message) => message.Fields.InDeclarationOrder().SelectMany(field => field.FieldType switch
    {
        FieldType.Enum => field.EnumType.Values.Skip(1).Select(value => string.Join('_', value.Name.Split('_').Skip(field.EnumType.Name.Count(char.IsUpper))).ToLowerInvariant()),
        FieldType.Message when !field.IsMap => Words(field.MessageType),
        _ => [],
    });

    private static IEnumerable<string> Leaves(MessageDescriptor message, string prefix) => message.Fields.InDeclarationOrder().SelectMany(field =>
        IsLeaf(field, prefix) ? [prefix + field.Name] : Leaves(field.MessageType, $"{prefix}{field.Name}."));

    private static IEnumerable<string> Set(IMessage message, string prefix) => message.Descriptor.Fields.InDeclarationOrder().Where(field => IsSet(field, message)).SelectMany(field =>
        IsLeaf(field, prefix) ? [prefix + field.Name] : Set((IMessage)field.Accessor.GetValue(message), $"{prefix}{field.Name}."));

    private static bool IsLeaf(FieldDescriptor field, string prefix) =>
        field.FieldType != FieldType.Message || field.IsMap || field.MessageType.FullName == Duration.Descriptor.FullName || Elsewhere.Contains(prefix + field.Name);

    private static bool IsSet(FieldDescriptor field, IMessage message) => field.HasPresence
        ? field.Accessor.HasValue(message)
        : field.Accessor.GetValue(message) is var value && !(field.IsMap || field.IsRepeated) && !Equals(value, field.FieldType == FieldType.String ? "" : field.FieldType == FieldType.Bytes ? ByteString.Empty : Activator.CreateInstance(value.GetType()));
}
