using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Rows in which a request is computed whatever shares its steps.</summary>
internal static class ComputeShape
{
    /// <summary>Rows of the one shape in which a request is computed; 0 if batches are as they come. What runs alone has one shape too.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">Options.</param>
    public static int FixedRows(ReconstructionRequest request, EngineOptions options) =>
        IsAlone(request) ? 1
        : request.Mode == ComputeMode.Exact ? options.ExactBatch
        : options.MaximumBatch == 1 ? 1 : 0;

    /// <summary>Whether nothing may share its steps.</summary>
    public static bool IsAlone(ReconstructionRequest request) =>
        request.Compatibility == Compatibility.Official || (request.Mode == ComputeMode.Exact && request.Model.ExactOneByOne);
}
