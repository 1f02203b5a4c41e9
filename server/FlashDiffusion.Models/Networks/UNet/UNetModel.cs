using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The latent-diffusion UNet, with the published parameter names.</summary>
/// <remarks>Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models (arXiv 2112.10752); class <c>UNetModel</c> of CompVis.</remarks>
internal sealed class UNetModel : NetworkModule
{
    private readonly TimeEmbed _timeEmbed;
    private readonly UNetBlock[] _inputBlocks;
    private readonly UNetBlock _middleBlock;
    private readonly UNetBlock[] _outputBlocks;
    private readonly NormedConvolution _out;

    public UNetModel(UNetConfig config)
        : base(nameof(UNetModel))
    {
        config.Validate();
        Config = config;
        var layout = UNetLayout.Build(config);
        _timeEmbed = new TimeEmbed(config.ModelChannels, 4 * config.ModelChannels);
        _inputBlocks = layout.InputBlocks;
        _middleBlock = layout.MiddleBlock;
        _outputBlocks = layout.OutputBlocks;
        _out = new NormedConvolution(layout.LastChannels, config.OutChannels, convolutionIndex: 2, startsAtZero: true);
        register_module("time_embed", _timeEmbed);
        register_module("input_blocks", new ModuleArray(_inputBlocks));
        register_module("middle_block", _middleBlock);
        register_module("output_blocks", new ModuleArray(_outputBlocks));
        register_module("out", _out);
    }

    public UNetConfig Config { get; }

    /// <summary>Factor by which height and width of a latent must be divisible.</summary>
    public int SpatialMultiple => 1 << (Config.ChannelMult.Count - 1);

    /// <param name="x">Noisy latents (B, in channels, h, w).</param>
    /// <param name="timesteps">Timesteps (B) of the training schedule; rows may differ.</param>
    /// <param name="context">Conditioning tokens (B, T, context dim) for a network with a spatial transformer.</param>
    /// <returns>The predicted noise (or whatever the network was trained to predict), (B, out channels, h, w).</returns>
    public Tensor Forward(Tensor x, Tensor timesteps, Tensor? context = null)
    {
        using var sinusoids = TimestepEmbedding.Of(timesteps, Config.ModelChannels);
        using var input = sinusoids.to(x.dtype);
        using var embedding = _timeEmbed.ForwardActivated(input);
        var skips = new Stack<Tensor>(_inputBlocks.Length);
        using var packed = ChannelsLastLayout.Enter(x, _out.Convolution);
        var h = packed;
        foreach (var block in _inputBlocks)
        {
            h = block.Forward(h, embedding, context);
            skips.Push(h);
        }

        h = _middleBlock.Forward(h, embedding, context);
        foreach (var block in _outputBlocks)
        {
            using var skip = skips.Pop();
            using var previous = h;
            using var joined = cat([previous, skip], dim: 1);
            h = block.Forward(joined, embedding, context);
        }

        using (h)
        {
            return ChannelsLastLayout.Leave(_out.Forward(h));
        }
    }
}
