using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace FlashDiffusion.Server.Hosting;

/// <summary>The server's own operators, with the one whose weights are the user's.</summary>
internal sealed class OperatorLoading(IOptions<OperatorOptions> options, ILogger<OperatorLoading> logger)
{
    private readonly Dictionary<string, KernelWizardNetwork> _networks = [];
    private string _failure = "";
    private string _hash = "";

    /// <summary>Names that plugins can't take, whether or not the operator is there.</summary>
    public static IReadOnlyCollection<string> ReservedNames => [.. OperatorFamilies.All.Select(family => family.Descriptor.Name), NetworkBlurFamily.Name];

    /// <summary>All operators, once every device has loaded.</summary>
    public IEnumerable<OperatorEntry> Entries => OperatorFamilies.All.Select(OperatorEntry.Own).Concat(Network());

    /// <summary>Loads what has weights. Runs on the thread of a device, one after the other. What fails is reported and stops nothing else.</summary>
    /// <param name="device">Name of the device.</param>
    /// <returns>Why that failed; empty if it did not.</returns>
    public string LoadOn(string device)
    {
        var target = torch.device(device);
        if (options.Value.KernelWizardWeights.Length == 0 || _failure.Length > 0 || _networks.ContainsKey(target.ToString()))
        {
            return _failure;
        }

        try
        {
            var path = Path.GetFullPath(options.Value.KernelWizardWeights);
            var network = KernelWizardWeights.Load(path, target);
            _hash = ModelFolder.Hash(path);
            _networks.Add(target.ToString(), network);
        }
        catch (Exception exception) when (exception is CheckpointException or ModelRepositoryException)
        {
            _failure = exception.Message;
            Log.OperatorFailed(logger, NetworkBlurFamily.Name, _failure);
        }

        return _failure;
    }

    private IEnumerable<OperatorEntry> Network() =>
        _failure.Length > 0 ? [new OperatorEntry(NetworkBlurFamily.Name, "", null, _failure)]
        : _networks.Count > 0 ? [OperatorEntry.Weighted(new NetworkBlurFamily(device => _networks[device.ToString()]), _hash)]
        : [];
}
