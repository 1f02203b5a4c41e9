using System.CommandLine;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Trainer.Evaluation.Paper;
using TorchSharp;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>The options of <c>evaluate --protocol paper</c>, and what it does.</summary>
internal sealed class PaperOptions
{
    private const int PaperPictures = 200;

    public Option<string> Models { get; } = new("--models") { Description = "Paper protocol: model repository.", DefaultValueFactory = _ => Path.Combine("server", "models") };

    public Option<string> Model { get; } = new("--model") { Description = "Paper protocol: name of the model.", DefaultValueFactory = _ => "starter" };

    public Option<string> Cell { get; } = new("--cell") { Description = "Paper protocol: task and dataset, " + string.Join(", ", PaperCell.All.Select(cell => cell.Name)) + ".", DefaultValueFactory = _ => PaperCell.All[0].Name };

    public Option<string> Solver { get; } = new("--solver") { Description = "Paper protocol: " + string.Join(", ", PaperSolvers.All.Select(solver => solver.Descriptor.Name)) + ".", DefaultValueFactory = _ => PaperSolvers.All[0].Descriptor.Name };

    public Option<int> Count { get; } = new("--count") { Description = "Paper protocol: pictures, the first ones by name.", DefaultValueFactory = _ => PaperPictures };

    public Option<int> Side { get; } = new("--side") { Description = "Paper protocol: side of the pictures in pixels; the paper's is 256.", DefaultValueFactory = _ => OfficialPictureTransform.Side };

    public Option<string?> KernelWizard { get; } = new("--kernel-wizard") { Description = "Paper protocol: your weights of the KernelWizard network (GOPRO_wVAE.pth or safetensors), for the cells of nonlinear blur." };

    public void AddTo(Command command)
    {
        Cell.AcceptOnlyFromAmong([.. PaperCell.All.Select(cell => cell.Name)]);
        Solver.AcceptOnlyFromAmong([.. PaperSolvers.All.Select(solver => solver.Descriptor.Name)]);
        foreach (var option in (Option[])[Models, Model, Cell, Solver, Count, Side, KernelWizard])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Runs the protocol.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="pictures">Folder of pictures.</param>
    /// <param name="output">Folder of results.</param>
    /// <returns>The exit code.</returns>
    public int Run(ParseResult parsed, string pictures, string output)
    {
        using var catalog = ModelRepository.Load(parsed.GetValue(Models)!, torch.CPU);
        var name = parsed.GetValue(Model)!;
        if (catalog.Find(name) is not { } loaded)
        {
            Console.Error.WriteLine(Missing(catalog, name));
            return 1;
        }

        var cell = PaperCell.All.Single(item => item.Name == parsed.GetValue(Cell));
        var solver = PaperSolvers.All.Single(item => item.Descriptor.Name == parsed.GetValue(Solver));
        if (PaperSolvers.Preset(solver, cell) is not { } preset)
        {
            Console.Error.WriteLine($"The paper has no settings of {solver.Descriptor.Name} for {cell.Name}.");
            return 1;
        }

        var weights = parsed.GetValue(KernelWizard);
        if (cell.NeedsBlurNetwork && weights is null)
        {
            Console.Error.WriteLine($"{cell.Name} needs the weights of the KernelWizard network, which are not published with this project: give your file as {KernelWizard.Name}.");
            return 1;
        }

        using var network = cell.NeedsBlurNetwork ? KernelWizardWeights.Load(weights!, torch.CPU) : null;
        var family = network is null ? null : new NetworkBlurFamily(_ => network);
        var side = parsed.GetValue(Side);
        var run = new PaperRun(new PaperReconstruction(loaded, solver, preset, cell, family), output);
        var results = run.Run(pictures, parsed.GetValue(Count), side, Console.WriteLine);
        var summary = PaperSummary.Of(cell.Name, solver.Descriptor.Name, $"{loaded.Model.Name} {loaded.Model.Version}", side, results).ToJson();
        File.WriteAllText(Path.Combine(output, "summary.json"), summary);
        Console.Write(summary);
        return 0;
    }

    private static string Missing(ModelCatalog catalog, string name)
    {
        var models = catalog.Entries.Where(entry => entry.State == ModelState.Ready && entry.Kind == ModelKind.LatentDiffusion).Select(entry => $"{entry.Name} {entry.Version}").ToList();
        var ready = models.Count == 0 ? "no model is ready" : $"ready are {string.Join(", ", models)}";
        var broken = catalog.Entries.FirstOrDefault(entry => entry.Name == name && entry.State != ModelState.Ready);
        return broken is null ? $"There is no model '{name}'; {ready}." : $"The model '{name}' {broken.Version} can't be used: {broken.Message}";
    }
}
