using System.Collections.Immutable;
using FlashDiffusion.Client;
using FlashDiffusion.Pictures.Codecs;
using Google.Protobuf;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Makes assignments of a manifest's crops: the server degrades them, as a user's first call would.</summary>
internal static class Assignments
{
    /// <summary>The first crops of a manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="count">How many; those that the manifest lacks begin again with its first, under other seeds.</param>
    /// <param name="client">The server that degrades.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<Assignment>> OfAsync(PictureManifest manifest, int count, FlashClient client, CancellationToken cancellation)
    {
        var assignments = ImmutableArray.CreateBuilder<Assignment>(count);
        for (var i = 0; i < count; i++)
        {
            var crop = manifest.Crops[i % manifest.Crops.Length];
            assignments.Add(await OfAsync(manifest, crop with { Seed = crop.Seed + (i / manifest.Crops.Length) }, client, cancellation));
        }

        return assignments.MoveToImmutable();
    }

    private static async Task<Assignment> OfAsync(PictureManifest manifest, ManifestCrop crop, FlashClient client, CancellationToken cancellation)
    {
        var truth = manifest.Cut(crop);
        var degrading = new V1.ForwardOperator { Name = crop.Operator, NoiseStd = crop.NoiseStd };
        foreach (var (name, value) in crop.Parameters)
        {
            degrading.Parameters[name] = new V1.ParameterValue { Number = value };
        }

        var degraded = await client.DegradeAsync(
            new V1.DegradeRequest
            {
                Picture = new V1.Picture { Encoded = ByteString.CopyFrom(PictureCodec.EncodePng(truth)) },
                Operator = degrading,
                Seed = (ulong)crop.Seed,
            },
            cancellation);
        return new Assignment(crop, truth, new V1.ReconstructRequest
        {
            Measurement = degraded.Measurement,
            Operator = degrading,
            Solver = new V1.SolverChoice { Name = manifest.Solver },
            Seed = (ulong)crop.Seed,
            // Nothing but the result and one event of the last step, unless a figure asks for more.
            Progress = new V1.ProgressOptions { EverySteps = 1000 },
            Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor },
        });
    }
}
