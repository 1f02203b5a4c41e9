using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>The KernelWizard network with formula weights, alone and as the research code's operator.</summary>
internal static class GoldenKernelWizard
{
    private const double NetworkTolerance = 1e-5;
    private const double GradientTolerance = 3e-5;
    private const double PublishedStd = 1.2;

    public static void CheckKeys(OperatorCase golden)
    {
        using var network = new KernelWizardNetwork();
        var published = golden.Json.GetProperty("keys").EnumerateArray()
            .Where(entry => !entry.GetProperty("key").GetString()!.StartsWith(KernelWizardNetwork.ExtractorPrefix, StringComparison.Ordinal))
            .Select(entry => $"{entry.GetProperty("key").GetString()} {string.Join('x', entry.GetProperty("shape").EnumerateArray())}");
        Assert.Equal(published, network.state_dict().Select(pair => $"{pair.Key} {string.Join('x', pair.Value.shape)}"));
    }

    public static void Check(OperatorCase golden)
    {
        using var network = KernelWizards.WithFormulaWeights();
        var tensors = golden.Tensors;
        var stride = tensors["probe_note"].item<long>();
        var x = (tensors["x_u8"].to(ScalarType.Float32) / 255).requires_grad_(true);
        var output = network.Forward(x, tensors["kernel_code"]);
        var features = network.Features(x);
        GoldenAssert.RelativeL2("features", tensors["feature_slice"], Coarse(features), NetworkTolerance);
        GoldenAssert.RelativeL2("adapter", tensors["adapter_slice"], Coarse(network.Adapt(features, tensors["kernel_code"])), NetworkTolerance);
        GoldenAssert.RelativeL2("output", tensors["out_slice"], Sliced(output, stride), NetworkTolerance);
        var gradient = autograd.grad([(output * tensors["probe"]).sum()], [x])[0];
        GoldenAssert.RelativeL2("gradient", tensors["grad_x_slice"], Sliced(gradient, stride), GradientTolerance);
    }

    public static void CheckOperator(OperatorCase golden)
    {
        using var network = KernelWizards.WithFormulaWeights();
        var tensors = golden.Tensors;
        var seed = (ulong)tensors["seed"].item<long>();
        var code = tensors["random_kernel"];
        var drawn = KernelCode.Draw((int)(code.shape[2] * code.shape[3]), PublishedStd, seed, Compatibility.Official);
        GoldenAssert.MaximumError("kernel code", code, tensor(drawn, code.shape), 1e-5);

        using var guard = no_grad();
        var x = tensors["x_u8"].to(ScalarType.Float32) / 255;
        var family = new NetworkBlurFamily(_ => network);
        var parameters = ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "parameters", []);
        var spec = new OperatorSpec(NetworkBlurFamily.Name, parameters) { Seed = seed, Compatibility = Compatibility.Official };
        using var op = family.Bind([spec], new PictureShape((int)x.shape[2], (int)x.shape[3]), CPU);
        var output = OperatorCase.OnUnitRange(op.Forward, x);
        GoldenAssert.RelativeL2("output", tensors["out_slice4"], Sliced(output, 4), 1e-4);
        var summary = tensors.Values("summary");
        var exact = output.to(ScalarType.Float64);
        Assert.Equal(summary[0], exact.mean().item<double>(), 1e-5);
        Assert.Equal(summary[1], exact.std().item<double>(), 1e-5);
        Assert.Equal(summary[2], exact.min().item<double>(), 1e-4);
        Assert.Equal(summary[3], exact.max().item<double>(), 1e-5);
        Assert.Equal(summary[4], exact.abs().ge(1).to(ScalarType.Float64).mean().item<double>(), 1e-4);
    }

    private static Tensor Sliced(Tensor pictures, long stride) => pictures[.., .., Slice(step: stride), Slice(step: stride)];

    private static Tensor Coarse(Tensor features) => features[.., Slice(step: 8), Slice(step: 2), Slice(step: 2)];

    private static TensorIndex Slice(long step) => TensorIndex.Slice(null, null, step);
}
