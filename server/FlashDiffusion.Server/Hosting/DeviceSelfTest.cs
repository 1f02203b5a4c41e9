using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Allocates, multiplies and differentiates on the device: a half-installed native library fails here with its own message, not in
/// the first request.
/// </summary>
internal static class DeviceSelfTest
{
    private const double Tolerance = 1e-4;

    /// <summary>Runs on the device thread.</summary>
    /// <returns>What is wrong; an empty string if nothing is.</returns>
    public static string Run(string deviceName)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var target = device(deviceName);
        if (target.type == DeviceType.CUDA && !cuda.is_available())
        {
            return $"the device '{deviceName}' is not available: this build has no CUDA, or the machine no GPU";
        }

        // d/dx sum((x x^T)) for x of ones (n, n) is 2 n everywhere.
        const int side = 8;
        var x = ones(side, side, device: target).requires_grad_();
        var gradient = autograd.grad([x.matmul(x.t()).sum()], [x])[0];
        var error = (gradient - (2 * side)).abs().max().cpu().item<float>();
        return error <= Tolerance ? "" : $"matrix products or gradients on '{deviceName}' are wrong by {error}";
    }
}
