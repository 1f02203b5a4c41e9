namespace FlashDiffusion.Noise;

/// <summary>
/// Random numbers of one sample, as a function and not a state: the same (purpose, timestep, draw) gives the same numbers
/// whatever was asked before, on every device and every replica.
/// </summary>
public interface INoiseSource
{
    /// <summary>Fills with independent standard normal numbers.</summary>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="timestep">Timestep index of the training schedule; 0 where there is none.</param>
    /// <param name="draw">Number of the draw within the step, from 0.</param>
    /// <param name="destination">Receives the numbers; element k of a draw never depends on the length.</param>
    void FillNormal(NoisePurpose purpose, int timestep, int draw, Span<float> destination);

    /// <summary>Fills with independent uniform numbers in [0, 1).</summary>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="timestep">Timestep index of the training schedule; 0 where there is none.</param>
    /// <param name="draw">Number of the draw within the step, from 0.</param>
    /// <param name="destination">Receives the numbers; element k of a draw never depends on the length.</param>
    void FillUniform(NoisePurpose purpose, int timestep, int draw, Span<float> destination);
}
