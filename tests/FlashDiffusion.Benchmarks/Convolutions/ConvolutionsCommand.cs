using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Models.Networks;
using Spectre.Console;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Convolutions;

/// <summary><c>convolutions</c>: single convolutions, forward and backward, by torch and by <see cref="WinogradConvolution"/>, in turns.</summary>
internal static class ConvolutionsCommand
{
    public static Command Create()
    {
        var batches = new Option<int[]>("--batches") { Description = "Batch sizes.", DefaultValueFactory = _ => [1, 8], AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { Description = "Interleaved pairs.", DefaultValueFactory = _ => 30 };
        var threads = new Option<int>("--threads") { Description = "Threads an operation.", DefaultValueFactory = _ => 1 };
        var large = new Option<bool>("--large") { Description = "Convolutions of a published model instead of the starter model's." };
        var command = new Command("convolutions", "Single convolutions, forward and backward, by torch and by Winograd's minimal filtering.") { batches, rounds, threads, large };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            var table = new Table().AddColumns("convolution", "batch", "torch ms", "Winograd ms", "times", "quartiles");
            foreach (var batch in parsed.GetValue(batches)!)
            {
                foreach (var convolution in parsed.GetValue(large) ? ConvolutionCase.Large : ConvolutionCase.All)
                {
                    AddRow(table, convolution, batch, parsed.GetValue(rounds));
                }
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static void AddRow(Table table, ConvolutionCase convolution, int batch, int rounds)
    {
        var (direct, winograd) = (new double[rounds], new double[rounds]);
        // As on the device thread: no collection beside native calls.
        using var pause = CollectionPause.Start();
        using var scope = NewDisposeScope();
        var (network, forward) = Network(convolution);
        NetworkInitialization.Initialize(network, seed: 1);
        NetworkInitialization.Freeze(network);
        ((IFusable)network).Fuse();
        var x = ChannelsLastLayout.Pack(randn(batch, convolution.InChannels, convolution.Side, convolution.Side)).requires_grad_();
        for (var round = -3; round < rounds; round++)
        {
            foreach (var which in Pairs.Order(round))
            {
                var fast = which == 1;
                var taken = Measure(forward, x, fast);
                if (round >= 0)
                {
                    (fast ? winograd : direct)[round] = taken;
                }
            }
        }

        WinogradConvolution.Enabled = true;
        network.Dispose();
        var gain = Spread.Of(direct.Zip(winograd, (plain, fast) => plain / fast));
        table.AddRow(convolution.ToString(), $"{batch}", Number(Spread.Of(direct).Median), Number(Spread.Of(winograd).Median), Number(gain.Median), $"{Number(gain.Low)} to {Number(gain.High)}");
    }

    private static (NetworkModule Network, Func<Tensor, Tensor> Forward) Network(ConvolutionCase convolution)
    {
        if (convolution.Enlarged)
        {
            var upsample = new Upsample(convolution.InChannels, convolve: true);
            return (upsample, upsample.Forward);
        }

        var plain = new Convolution2d(convolution.InChannels, convolution.OutChannels, kernel: 3, padding: 1);
        return (plain, plain.Forward);
    }

    private static double Measure(Func<Tensor, Tensor> forward, Tensor x, bool fast)
    {
        WinogradConvolution.Enabled = fast;
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var start = Stopwatch.GetTimestamp();
        var output = forward(x);
        autograd.grad([output], [x], [output]);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
