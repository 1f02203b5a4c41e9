using FlashDiffusion.Noise;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Makes the chains that rows of the table compare; all rows of a crop share their noise.</summary>
internal static class StartJobs
{
    /// <summary>Starts where the predicted severity says.</summary>
    public static ReconstructionJob Adaptive(
        EvaluatedModel model, CropSet crops, MeasuredCrops measured, int crop, double guidance, double correction, string tag)
    {
        var look = measured.Crops[crop];
        var (index, latent) = MeasuredCrops.Start(model, look, look.Severity, correction, crops.Crops[crop].Seed);
        return new ReconstructionJob(crop, index, latent, look.Measurement, Guided(guidance), tag);
    }

    /// <summary>Starts every crop at the same timestep, from the same mean latent, with the noise that belongs to that timestep.</summary>
    public static ReconstructionJob Fixed(
        EvaluatedModel model, CropSet crops, MeasuredCrops measured, int crop, int index, double guidance, double correction, string tag)
    {
        var look = measured.Crops[crop];
        var severity = 1 / model.Schedule.SignalToNoise[index];
        var (_, latent) = MeasuredCrops.Start(model, look, severity, correction, crops.Crops[crop].Seed);
        return new ReconstructionJob(crop, index, latent, look.Measurement, Guided(guidance), tag);
    }

    /// <summary>Starts from pure noise at the last timestep.</summary>
    public static ReconstructionJob Full(EvaluatedModel model, CropSet crops, MeasuredCrops measured, int crop, double guidance, string tag)
    {
        var look = measured.Crops[crop];
        var noise = new float[look.Mean.Length];
        new CounterNoise((ulong)crops.Crops[crop].Seed).FillNormal(NoisePurpose.Start, 0, 0, noise);
        return new ReconstructionJob(crop, model.Schedule.Timesteps - 1, noise, look.Measurement, Guided(guidance), tag);
    }

    /// <summary>The start that the engine gives a solver: the severity's, from the mean latent itself if the solver asks for that.</summary>
    public static ReconstructionJob For(
        ILatentSolver solver, EvaluatedModel model, CropSet crops, MeasuredCrops measured, int crop, SolverSetting setting, string tag)
    {
        var look = measured.Crops[crop];
        var correction = solver.Descriptor.Needs.HasFlag(SolverNeeds.CleanStart) ? 0 : setting.Correction;
        var (index, latent) = MeasuredCrops.Start(model, look, look.Severity, correction, crops.Crops[crop].Seed);
        return new ReconstructionJob(crop, index, latent, look.Measurement, setting.Parameters, tag);
    }

    private static Dictionary<string, double> Guided(double guidance) => new() { ["guidance_scale"] = guidance };
}
