
namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>A picture to reconstruct, and what it should become.</summary>
/// <param name="Crop">Where it comes from.</param>
/// <param name="Truth">The clean picture.</param>
/// <param name="Request">The request; a copy is sent.</param>
internal sealed record Assignment(ManifestCrop Crop, Pictures.Picture Truth, V1.ReconstructRequest Request)
{
    /// <summary>The same picture, asked for in another way.</summary>
    public Assignment With(Action<V1.ReconstructRequest> change)
    {
        var request = Request.Clone();
        change(request);
        return this with { Request = request };
    }

    /// <summary>The same picture with as many steps, which take a fraction of the time without the decoder and without gradients.</summary>
    public Assignment Unguided() => With(request => request.Solver = new V1.SolverChoice { Name = "ddim" });

    /// <summary>The same picture from a fixed start in a chosen number of steps, every one guided.</summary>
    /// <param name="steps">Steps, 1 to 100.</param>
    public Assignment Steps(int steps) => With(request =>
    {
        // A grid of a hundred points over the thousand timesteps: the start is the point with as many below it as asked for.
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = (10 * steps) - 1 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 100 };
    });
}
