using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Mean, severity and the severity's gradient of a severity encoder.</summary>
internal static class GoldenSeverityCheck
{
    public static void Run(GoldenNetsCase golden)
    {
        using var network = golden.Prepare(NetworkFactory.SeverityEncoder(golden.Config));
        var y = golden.Input("y").requires_grad_();

        golden.Check("quant_conv_out", network.Project(y));
        var prediction = network.Forward(y);

        golden.Check("mean", prediction.Mean);
        golden.Check("var", prediction.Variance);
        if (golden.Has("grad_y_of_sum_var"))
        {
            golden.Check("grad_y_of_sum_var", autograd.grad([prediction.Variance.sum()], [y])[0], GoldenNetsCase.Gradient);
        }
    }
}
