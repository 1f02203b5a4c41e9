using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Forward pass, input gradients and parameter gradients of a UNet.</summary>
internal static class GoldenUNetCheck
{
    private const string ParameterGradient = "gradp:";

    public static void Run(GoldenNetsCase golden)
    {
        using var network = golden.Prepare(NetworkFactory.UNet(golden.Config));
        var x = golden.Input("x").requires_grad_();
        var t = golden.Input("t");
        var context = golden.Has("context") ? golden.Input("context").requires_grad_() : null;

        var eps = network.Forward(x, t, context);

        golden.Check("t_emb", TimestepEmbedding.Of(t, network.Config.ModelChannels));
        golden.Check("eps", eps);
        string[] keys = [.. golden.Names.Where(name => name.StartsWith(ParameterGradient, StringComparison.Ordinal))];
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        List<Tensor> inputs = [x, .. keys.Select(key => parameters[key[ParameterGradient.Length..]])];
        if (context is not null)
        {
            inputs.Add(context);
        }

        var gradients = autograd.grad([(eps * golden.Input("probe")).sum()], inputs);
        golden.Check("grad_x", gradients[0], GoldenNetsCase.Gradient);
        for (var i = 0; i < keys.Length; i++)
        {
            golden.Check(keys[i], gradients[i + 1], GoldenNetsCase.Gradient);
        }

        if (context is not null)
        {
            golden.Check("grad_context", gradients[^1], GoldenNetsCase.Gradient);
        }
    }
}
