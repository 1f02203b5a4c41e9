using System.CommandLine;
using FlashDiffusion.Trainer.Packaging;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>package</c>: trained weights into a model repository, with the numbers that the server checks them by.</summary>
internal static class PackageCommand
{
    public static Command Create()
    {
        var autoencoder = new Option<string>("--autoencoder") { Description = "Published weights of the autoencoder.", Required = true };
        var unet = new Option<string>("--unet") { Description = "Published weights of the diffusion network.", Required = true };
        var severity = new Option<string[]>("--severity")
        {
            Description = "operator=weights, once for each of " + string.Join(", ", TrainedFamily.All.Select(family => family.Operator)) + ".",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        severity.Validators.Add(result =>
        {
            foreach (var item in result.Tokens.Select(token => token.Value).Where(item => !TrainedFamily.All.Any(family => item.StartsWith(family.Operator + "=", StringComparison.Ordinal))))
            {
                result.AddError($"'{item}' is not operator=weights of a known operator.");
            }
        });
        var pictures = new Option<string>("--pictures") { Description = "Folder of pictures that the preview is fitted to.", Required = true };
        var tuning = new Option<string?>("--tuning") { Description = "Choices made by the tune command; they become the model's presets." };
        var solverPresets = new Option<string?>("--solver-presets") { Description = "JSON list of presets of other solvers, chosen with compare-solvers; they join the model's presets." };
        var output = new Option<string>("--output") { Description = "Model repository.", DefaultValueFactory = _ => Path.Combine("server", "models") };
        var name = new Option<string>("--name") { Description = "Name of the model.", DefaultValueFactory = _ => "starter" };
        var version = new Option<string>("--version") { Description = "Version of the model.", DefaultValueFactory = _ => "1" };
        var command = new Command("package", "Put trained weights into a model repository.") { autoencoder, unet, severity, pictures, tuning, solverPresets, output, name, version };
        command.SetAction(parsed =>
        {
            var encoders = parsed.GetValue(severity)!.Select(item => item.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
            StarterPackager.Write(
                parsed.GetValue(output)!,
                parsed.GetValue(name)!,
                parsed.GetValue(version)!,
                parsed.GetValue(autoencoder)!,
                parsed.GetValue(unet)!,
                encoders,
                [
                    .. parsed.GetValue(tuning) is { } choices ? TunedPresets.Of(TuneCommand.Read(choices)) : [],
                    .. parsed.GetValue(solverPresets) is { } others ? TunedPresets.OfOtherSolvers(others) : [],
                ],
                parsed.GetValue(pictures)!);
            Console.WriteLine($"package: {parsed.GetValue(name)} version {parsed.GetValue(version)} with {encoders.Count} severity encoders is in {parsed.GetValue(output)}.");
            return 0;
        });
        return command;
    }
}
