namespace FlashDiffusion.Server.Security.Files;

/// <summary>Something that lies in files which may change while the server runs.</summary>
internal interface IRotating
{
    /// <summary>Looks at the files, and takes what they have now if that can be used.</summary>
    void Refresh();
}
