using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.TorchRandom;
using FlashDiffusion.Noise;

namespace FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

/// <summary>Random kernel codes: normal numbers of a given standard deviation, a function of the operator's seed.</summary>
internal static class KernelCode
{
    /// <summary>The code of one row.</summary>
    /// <param name="places">Places of the code, height times width.</param>
    /// <param name="std">Standard deviation.</param>
    /// <param name="seed">The operator's seed.</param>
    /// <param name="compatibility">Which generator: ours, or torch's in official mode.</param>
    /// <returns>(512, places), row-major.</returns>
    public static float[] Draw(int places, double std, ulong seed, Compatibility compatibility)
    {
        var values = new float[KernelWizardNetwork.CodeChannels * places];
        if (compatibility == Compatibility.Official)
        {
            new TorchGenerator(seed).FillNormal(values);
        }
        else
        {
            new CounterNoise(seed).FillNormal(NoisePurpose.Operator, timestep: 0, draw: 0, values);
        }

        return Array.ConvertAll(values, value => (float)std * value);
    }
}
