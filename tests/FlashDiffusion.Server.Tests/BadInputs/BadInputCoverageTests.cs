using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>No field of a request is left without a bad value, unless every value of it is good.</summary>
public sealed partial class BadInputCoverageTests
{
    // Flags, and numbers of which each is a seed.
    private static readonly HashSet<string> AnythingGoes =
    [
        "seed", "operator.seed", "progress.include_latent", "progress.include_decoded_mean", "output.include_latent", "include_latent", "include_decoded_mean",
        // Compared with the token's, tested where tokens are (ResumeDeskTests): DATA_LOSS, and a wish.
        "resume_from.checkpoint", "resume_from.require_exact",
        // The sides of a size are the cases of the messages that use it.
        "fixed",
        // The other name of a model that is loaded, tried under that one.
        "repository_name",
    ];

    [Fact]
    public void Catalogue_EveryFieldOfEveryRequest_IsThere()
    {
        Check(V1.ReconstructRequest.Descriptor, BadReconstructions.All.Select(bad => bad.Field));
        Check(V1.DegradeRequest.Descriptor, BadInputOtherCallsTests.Degradations.Select(bad => bad.Field));
        Check(V1.GetReconstructionRequest.Descriptor, BadInputOtherCallsTests.Questions.Select(bad => bad.Field));
        Check(V1.CancelReconstructionRequest.Descriptor, BadInputOtherCallsTests.Cancellations.Select(bad => bad.Field));
        Check(V1.SetLogLevelRequest.Descriptor, BadInputOtherCallsTests.Levels.Select(bad => bad.Field));
        Check(V1.SetTraceSamplingRequest.Descriptor, BadInputOtherCallsTests.Ratios.Select(bad => bad.Field));
        Check(V1.DrainRequest.Descriptor, BadInputOtherCallsTests.Drains.Select(bad => bad.Field));
        Check(V1.LoadModelRequest.Descriptor, BadInputLifecycleTests.Loads.Select(bad => bad.Field));
        Check(V1.UnloadModelRequest.Descriptor, BadInputLifecycleTests.Unloads.Select(bad => bad.Field));
        Check(Inference.ModelInferRequest.Descriptor, BadInputInferTests.All.Select(bad => Indices().Replace(bad.Field, "")).Concat(BadInputInferTests.Contents.Select(name => $"inputs.contents.{name}")));
        Check(Inference.RepositoryModelLoadRequest.Descriptor, BadInputLifecycleTests.Controls.Select(bad => bad.Field == "model" ? "model_name" : Indices().Replace(bad.Field, "")));
        Check(V1.EstimateSeverityRequest.Descriptor, BadInputOtherCallsTests.Severities.Select(bad => bad.Field));
    }

    [Fact]
    public void Catalogue_Size_IsAtLeastTwoHundred() => Assert.True(
        BadReconstructions.All.Count() + BadInputOtherCallsTests.Degradations.Count() + BadInputOtherCallsTests.Severities.Count() + BadInputInferTests.All.Count() >= 200);

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Indices();

    private static void Check(MessageDescriptor request, IEnumerable<string> fields)
    {
        var named = fields.ToHashSet();
        var missing = Leaves(request, "").Where(leaf => !AnythingGoes.Contains(leaf) && !named.Any(field => field == leaf || field.StartsWith(leaf + ".", StringComparison.Ordinal))).ToList();

        Assert.True(missing.Count == 0, $"{request.Name} has no bad value for {string.Join(", ", missing)}.");
    }

    private static IEnumerable<string> Leaves(MessageDescriptor message, string prefix) => message.Fields.InDeclarationOrder().SelectMany(field =>
        field.FieldType == FieldType.Message && !field.IsMap && field.MessageType.FullName != Duration.Descriptor.FullName ? Leaves(field.MessageType, $"{prefix}{field.Name}.") : [prefix + field.Name]);
}
