using FlashDiffusion.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public class NetworkTests
{
    private static readonly UNetConfig Small = new()
    {
        InChannels = 4,
        OutChannels = 4,
        ModelChannels = 32,
        NumResBlocks = 1,
        AttentionResolutions = [2],
        ChannelMult = [1, 2],
        NumHeadChannels = 16,
    };

    private static readonly AutoencoderShape SmallShape = new()
    {
        Ch = 32,
        OutCh = 3,
        ChMult = [1, 2],
        NumResBlocks = 1,
        AttnResolutions = [],
        InChannels = 3,
        Resolution = 32,
        ZChannels = 4,
        AttnType = "none",
    };

    [Fact]
    public void Forward_RowsAtDifferentTimesteps_EqualsRowsAlone()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var network = Ready(new UNetModel(Small));
        var x = Pattern(3, 4, 8, 12);
        var t = tensor(new long[] { 3, 500, 999 });

        var together = network.Forward(x, t);

        for (var row = 0; row < 3; row++)
        {
            var alone = network.Forward(x.narrow(0, row, 1), t.narrow(0, row, 1));
            GoldenAssert.RelativeL2($"row {row}", alone, together.narrow(0, row, 1), 1e-5);
        }
    }

    [Fact]
    public void Freeze_Network_KeepsInputGradients()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var network = Ready(new UNetModel(Small));
        var x = Pattern(1, 4, 8, 8).requires_grad_();

        var gradient = autograd.grad([network.Forward(x, tensor(new long[] { 10 })).square().sum()], [x])[0];

        Assert.All(network.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.True(gradient.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void To_BFloat16_RunsInItAndComesClose()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var unet = Ready(new UNetModel(Small));
        using var autoencoder = Ready(new AutoencoderKl(new FirstStageConfig { EmbedDim = 4, Ddconfig = SmallShape }));
        var (x, t) = (Pattern(2, 4, 8, 8), tensor(new long[] { 10, 700 }));
        var (eps, picture) = (unet.Forward(x, t), autoencoder.Decode(x));

        unet.to(ScalarType.BFloat16);
        autoencoder.to(ScalarType.BFloat16);
        var half = x.to(ScalarType.BFloat16);

        Assert.Equal(ScalarType.BFloat16, unet.Forward(half, t).dtype);
        GoldenAssert.RelativeL2("eps", eps, unet.Forward(half, t), 0.05);
        GoldenAssert.RelativeL2("picture", picture, autoencoder.Decode(half), 0.05);
    }

    [Fact]
    public void Initialize_SameSeed_GivesSameWeightsAndZeroOutput()
    {
        using var scope = NewDisposeScope();
        using var first = new UNetModel(Small);
        using var second = new UNetModel(Small);
        using var other = new UNetModel(Small);
        NetworkInitialization.Initialize(first, seed: 7);
        NetworkInitialization.Initialize(second, seed: 7);
        NetworkInitialization.Initialize(other, seed: 8);

        Assert.All(first.state_dict(), pair => GoldenAssert.Exact(pair.Key, pair.Value, second.state_dict()[pair.Key]));
        Assert.NotEqual(0, (first.state_dict()["time_embed.0.weight"] - other.state_dict()["time_embed.0.weight"]).abs().max().item<float>());
        // The last convolution starts at zero, as published.
        Assert.Equal(0, first.Forward(Pattern(1, 4, 8, 8), tensor(new long[] { 10 })).abs().max().item<float>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_UnderNoGrad_LeavesNothingBehind(bool fused)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var unet = Ready(new UNetModel(Small));
        using var autoencoder = Ready(new AutoencoderKl(new FirstStageConfig { EmbedDim = 4, Ddconfig = SmallShape }));
        var (x, t, picture) = (Pattern(1, 4, 8, 8), tensor(new long[] { 10 }), Pattern(1, 3, 16, 16));
        if (fused)
        {
            NetworkInitialization.Fuse(unet);
            NetworkInitialization.Fuse(autoencoder);
        }

        var before = scope.DisposablesCount;

        unet.Forward(x, t).Dispose();
        autoencoder.Decode(x).Dispose();
        autoencoder.EncodeMode(picture).Dispose();

        Assert.Equal(before, scope.DisposablesCount);
    }

    [Fact]
    public void Fuse_FrozenNetworks_ChangesRoundingOnly()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var unet = Ready(new UNetModel(Small));
        using var autoencoder = Ready(new AutoencoderKl(new FirstStageConfig { EmbedDim = 4, Ddconfig = SmallShape }));
        var (x, t) = (Pattern(2, 4, 6, 8).requires_grad_(), tensor(new long[] { 10, 700 }));
        var (eps, picture) = (unet.Forward(x, t), autoencoder.Decode(x));
        var gradients = autograd.grad([eps.square().sum() + picture.square().sum()], [x]);

        NetworkInitialization.Fuse(unet);
        NetworkInitialization.Fuse(autoencoder);
        var (fusedEps, fusedPicture) = (unet.Forward(x, t), autoencoder.Decode(x));

        GoldenAssert.RelativeL2("eps", eps, fusedEps, 5e-6);
        GoldenAssert.RelativeL2("picture", picture, fusedPicture, 5e-6);
        GoldenAssert.RelativeL2("gradient", gradients[0], autograd.grad([fusedEps.square().sum() + fusedPicture.square().sum()], [x])[0], 1e-5);
    }

    [Fact]
    public void Fuse_AutoencoderWithAttention_ChangesRoundingOnly()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var autoencoder = Ready(new AutoencoderKl(new FirstStageConfig { EmbedDim = 4, Ddconfig = SmallShape with { AttnType = "vanilla", AttnResolutions = [SmallShape.Resolution] } }));
        var (picture, latent) = (Pattern(2, 3, 16, 24), Pattern(2, 4, 8, 12).requires_grad_());
        var (moments, decoded) = (autoencoder.EncodeMode(picture), autoencoder.Decode(latent));
        var gradient = autograd.grad([decoded.square().sum()], [latent])[0];

        NetworkInitialization.Fuse(autoencoder);
        var fused = autoencoder.Decode(latent);

        GoldenAssert.RelativeL2("latent", moments, autoencoder.EncodeMode(picture), 5e-6);
        GoldenAssert.RelativeL2("picture", decoded, fused, 5e-6);
        GoldenAssert.RelativeL2("gradient", gradient, autograd.grad([fused.square().sum()], [latent])[0], 1e-5);
    }

    [Fact]
    public void SeverityEncoder_KlLayout_GivesMeanSquareOfSecondHalf()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var network = Ready(new SeverityEncoderNetwork(new FirstStageConfig { EmbedDim = 4, Ddconfig = SmallShape }, quantized: false));
        var y = Pattern(2, 3, 16, 24);

        var prediction = network.Forward(y);

        var projected = network.Project(y);
        GoldenAssert.Exact("mean", projected.narrow(1, 0, 4), prediction.Mean);
        GoldenAssert.RelativeL2("variance", projected.narrow(1, 4, 4).square().mean([1L, 2, 3]), prediction.Variance, 1e-6);
    }

    [Theory]
    [InlineData("""{"in_channels":4,"out_channels":4,"model_channels":32,"num_res_blocks":1,"attention_resolutions":[],"num_classes":10,"dims":3}""", "num_classes")]
    [InlineData("""{"in_channels":4,"out_channels":4,"model_channels":32,"num_res_blocks":1,"attention_resolutions":[],"num_heads":1,"surprise":1}""", "surprise")]
    [InlineData("""{"in_channels":4,"out_channels":4,"model_channels":33,"num_res_blocks":1,"attention_resolutions":[],"num_heads":1}""", "multiple of 32")]
    [InlineData("""{"in_channels":4,"out_channels":4,"model_channels":32,"num_res_blocks":1,"attention_resolutions":[1],"num_head_channels":20}""", "attention heads of 20")]
    [InlineData("""{"in_channels":4}""", "out_channels")]
    public void UNet_ImpossibleConfiguration_NamesTheFault(string parameters, string fault)
    {
        var config = NetworkConfig.Parse($$"""{"target":"ldm.UNetModel","params":{{parameters}}}""");

        var exception = Assert.Throws<NetworkConfigException>(() => NetworkFactory.UNet(config));

        Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
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
