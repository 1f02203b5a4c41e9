using System.Collections.Frozen;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>A request of the Open Inference Protocol, read.</summary>
/// <param name="Request">The same as a request of the native API, which checks and runs it.</param>
/// <param name="Inputs">Number of each input in the request, by name, to say where something is wrong.</param>
/// <param name="Reply">What its responses need.</param>
internal sealed record InferenceCall(V1.ReconstructRequest Request, FrozenDictionary<string, int> Inputs, InferenceReply Reply);
