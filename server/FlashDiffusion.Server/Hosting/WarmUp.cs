using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Hosting;

/// <summary>A short synthetic reconstruction, so that the first user finds warm kernels and an ETA.</summary>
internal static class WarmUp
{
    /// <summary>Largest batch that is measured before anybody waits; larger ones are tried in service where they pay.</summary>
    public const int LargestBatch = 8;

    private const int Side = 64;
    private const int Steps = 2;

    /// <summary>A small picture that a model takes, for what is tried or measured at the start.</summary>
    public static PictureShape PictureOf(ServedModel model)
    {
        var side = Math.Clamp(Side, model.MinimumPictureSide, model.Model.MaximumPictureSide);
        return new PictureShape(side, side);
    }

    /// <summary>The request for a model; null if the model or the default solver can't be used.</summary>
    public static ReconstructionRequest? RequestFor(ModelEntry entry, ServingContext context)
    {
        if (entry.Model is not { } model
            || context.Solvers.Find(context.DefaultSolver)?.Solver is not { } solver
            || context.Operators.Find(DenoisingFamily.Name)?.Family is not { } family)
        {
            return null;
        }

        var picture = PictureOf(model);
        var request = new ReconstructionRequest
        {
            Model = model,
            Solver = solver,
            SolverParameters = ParameterSet.Empty,
            Operator = new OperatorRequest(
                family,
                new OperatorSpec(family.Descriptor.Name, ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "", [])),
                2 * NoiseLevel.DefaultStd),
            Measurement = HostTensor.Picture(new float[picture.Elements], picture),
            Picture = picture,
            Sampling = new SamplingSpec(SamplerKind.Ddim, Steps),
            Adaptation = new Adaptation { Mode = AdaptationMode.Full },
            Seed = 0,
        };
        return By(request, solver);
    }

    /// <summary>The same request for another solver, by its own defaults.</summary>
    public static ReconstructionRequest By(ReconstructionRequest request, ILatentSolver solver) =>
        request with { Solver = solver, SolverParameters = ParameterSet.Resolve(solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "", []) };
}
