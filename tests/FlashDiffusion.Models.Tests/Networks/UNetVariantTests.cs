using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Options of the UNet that change what its weights mean, each against the plain network with the weights rearranged.</summary>
public class UNetVariantTests
{
    private const int Channels = 64;
    private const int Heads = 4;

    private static readonly UNetConfig Plain = new()
    {
        InChannels = 4,
        OutChannels = 4,
        ModelChannels = Channels,
        NumResBlocks = 1,
        AttentionResolutions = [1],
        ChannelMult = [1, 1],
        NumHeads = Heads,
    };

    [Fact]
    public void NewAttentionOrder_RearrangedProjections_EqualsLegacyOrder()
    {
        using var scope = NewDisposeScope();
        using var legacy = Ready(new UNetModel(Plain));
        using var modern = Ready(new UNetModel(Plain with { UseNewAttentionOrder = true }));
        using (no_grad())
        {
            foreach (var (key, target) in modern.state_dict().Where(pair => pair.Key.Contains(".qkv.", StringComparison.Ordinal)))
            {
                // (heads, q k v, width, ...) -> (q k v, heads, width, ...)
                var split = legacy.state_dict()[key].view(Heads, 3, Channels / Heads, -1);
                target.copy_(split.permute(1, 0, 2, 3).reshape(target.shape));
            }
        }

        GoldenAssert.RelativeL2("eps", Run(legacy), Run(modern), 1e-5);
    }

    [Fact]
    public void ScaleShift_ConstantEmbedding_ScalesFirstAndShiftsSecond()
    {
        using var scope = NewDisposeScope();
        using var plain = Ready(new UNetModel(Plain));
        using var modulated = Ready(new UNetModel(Plain with { UseScaleShiftNorm = true }));
        using (no_grad())
        {
            var state = plain.state_dict();
            foreach (var (key, target) in modulated.state_dict().Where(pair => pair.Key.Contains(".emb_layers.", StringComparison.Ordinal)))
            {
                // Scale 0.5 and shift 0.25, whatever the timestep.
                target.zero_();
                if (key.EndsWith("bias", StringComparison.Ordinal))
                {
                    target.narrow(0, 0, Channels).fill_(0.5);
                    target.narrow(0, Channels, Channels).fill_(0.25);
                }

                state[key].zero_();
            }

            foreach (var key in state.Keys.Where(key => key.Contains(".out_layers.0.", StringComparison.Ordinal)))
            {
                state[key].mul_(1.5);
                if (key.EndsWith("bias", StringComparison.Ordinal))
                {
                    state[key].add_(0.25);
                }
            }
        }

        GoldenAssert.RelativeL2("eps", Run(plain), Run(modulated), 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ResBlock_ResamplingWithSilentBranch_ResamplesTheInput(bool enlarge)
    {
        using var scope = NewDisposeScope();
        using var block = Ready(new ResBlock(Plain, Channels, Channels, enlarge ? Resampling.Enlarge : Resampling.Average));
        using (no_grad())
        {
            block.state_dict()["out_layers.3.weight"].zero_();
            block.state_dict()["out_layers.3.bias"].zero_();
        }

        var x = Pattern(2, Channels, 4, 6);

        var y = block.Forward(x, zeros(2, 4 * Channels), context: null);

        var expected = enlarge
            ? x.repeat_interleave(2, dim: 2).repeat_interleave(2, dim: 3)
            : x.view(2, Channels, 2, 2, 3, 2).mean([3L, 5]);
        GoldenAssert.RelativeL2("resampled", expected, y, 1e-6);
    }

    [Theory]
    [InlineData(true, "input_blocks.2.0.in_layers.0.weight", "output_blocks.1.1.out_layers.3.weight")]
    [InlineData(false, "input_blocks.2.0.op.weight", "output_blocks.1.1.conv.weight")]
    public void ResblockUpdown_Set_ReplacesConvolutionsUnderPublishedNames(bool updown, string down, string up)
    {
        using var scope = NewDisposeScope();
        using var network = Ready(new UNetModel(Plain with { ResblockUpdown = updown }));

        Assert.Contains(down, network.state_dict().Keys);
        Assert.Contains(up, network.state_dict().Keys);
        Assert.Equal([2L, 4, 6, 4], Run(network).shape);
    }

    [Fact]
    public void ConvResample_Unset_LeavesResamplingWithoutWeights()
    {
        using var scope = NewDisposeScope();
        using var network = Ready(new UNetModel(Plain with { ConvResample = false }));

        Assert.DoesNotContain(network.state_dict().Keys, key => key.Contains(".op.", StringComparison.Ordinal) || key.EndsWith(".conv.weight", StringComparison.Ordinal));
        Assert.Equal([2L, 4, 6, 4], Run(network).shape);
    }

    [Theory]
    [InlineData("attention order")]
    [InlineData("scale and shift")]
    [InlineData("resampling blocks")]
    [InlineData("no convolution")]
    [InlineData("plain")]
    public void Fuse_Variant_ChangesRoundingOnly(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = Ready(new UNetModel(variant switch
        {
            "attention order" => Plain with { UseNewAttentionOrder = true },
            "scale and shift" => Plain with { UseScaleShiftNorm = true },
            "resampling blocks" => Plain with { ResblockUpdown = true },
            "no convolution" => Plain with { ConvResample = false },
            _ => Plain,
        }));
        var expected = Run(network);

        NetworkInitialization.Fuse(network);
        var fused = Run(network);

        GoldenAssert.RelativeL2("eps", expected, fused, 1e-5);
        Assert.True(fused.is_contiguous());
    }

    private static Tensor Run(UNetModel network)
    {
        set_num_threads(1);
        return network.Forward(Pattern(2, 4, 6, 4), tensor(new long[] { 5, 800 }));
    }

    private static T Ready<T>(T network)
        where T : nn.Module
    {
        FormulaWeights.Fill(network);
        NetworkInitialization.Freeze(network);
        return network;
    }

    private static Tensor Pattern(params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), ScalarType.Float32).mul(0.7).sin().view(shape);
}
