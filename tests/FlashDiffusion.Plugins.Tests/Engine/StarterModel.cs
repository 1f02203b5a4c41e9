using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Testing.Tools;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>The model that the checkout brings, with its severity encoders: the real size of a network's layers.</summary>
internal static class StarterModel
{
    /// <summary>Loads it; it stays loaded.</summary>
    public static ServedModel Load()
    {
        set_num_threads(1);
        var repository = ModelRepository.Load(Path.Combine(Checkout.Root, "server", "models"), CPU);
        var loaded = repository.Models.Single(model => model.Model.Name == "starter");
        return new ServedModel(loaded.Model, loaded.SeverityEncoders.ToFrozenDictionary(pair => pair.Key, ISeverityEncoder (pair) => pair.Value, StringComparer.Ordinal));
    }
}
