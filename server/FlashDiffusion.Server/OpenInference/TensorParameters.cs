using FlashDiffusion.Server.Requests;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Parameters of one input or one requested output: none has a meaning here, and what would have one elsewhere is refused.</summary>
internal static class TensorParameters
{
    /// <param name="place">Where they are, <c>inputs[0].parameters</c>.</param>
    /// <param name="parameters">What was sent.</param>
    /// <param name="ignored">The one that says nothing over gRPC, where clients send it all the same.</param>
    /// <param name="notOffered">What the others would ask for.</param>
    /// <param name="problems">Takes the refusal.</param>
    public static void Check(string place, MapField<string, Inference.InferParameter> parameters, string ignored, string notOffered, RequestProblems problems)
    {
        string[] others = [.. parameters.Keys.Where(name => name != ignored).Order(StringComparer.Ordinal)];
        if (others.Length > 0)
        {
            problems.Add(place, $"There are no parameters here ({ignored} is ignored), but {string.Join(", ", others)} was sent; {notOffered} not offered.");
        }
    }
}
