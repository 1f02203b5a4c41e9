namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Operators</c>.</summary>
internal sealed class OperatorOptions
{
    public const string Section = "Operators";

    /// <summary>
    /// Weights of the KernelWizard network (safetensors, or a checkpoint of torch such as GOPRO_wVAE.pth), relative to the current
    /// directory; they are the user's own. Empty for a server without the operator <c>nonlinear_blur_network</c>.
    /// </summary>
    /// <value>Empty.</value>
    public string KernelWizardWeights { get; set; } = "";
}
