using System.Collections.Frozen;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>A request of the Open Inference Protocol, read.</summary>
/// <param name="Request">The same as a request of the native API, which checks and runs it.</param>
/// <param name="ModelName">The model's name as the request has it.</param>
/// <param name="Id">The request's id, echoed in every response.</param>
/// <param name="Outputs">Names of the outputs that it wants.</param>
/// <param name="Inputs">Number of each input in the request, by name, to say where something is wrong.</param>
internal sealed record InferenceCall(
    V1.ReconstructRequest Request, string ModelName, string Id, FrozenSet<string> Outputs, FrozenDictionary<string, int> Inputs)
{
    /// <summary>Whether the end of its responses is said by an empty one.</summary>
    public bool EmptyFinalResponse { get; init; }
}
