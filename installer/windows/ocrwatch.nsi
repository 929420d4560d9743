; The setup for Windows: for one user without an administrator, or with /ALLUSERS for all, by an administrator.
;
;   setup.exe /S                    silently            /D=C:\Folder    where to (the last argument, without quotes)
;   setup.exe /AUTOSTART=1          start at login      /ALLUSERS       below Program Files, for all users
;   uninstall.exe /S                silently: settings stay, unless /REMOVESETTINGS=1
;
; Exit status: 0 done, 2 ocrwatch is running and does not end, 5 /ALLUSERS without an administrator's rights, 6 this
; Windows is too old. build.py passes VERSION, FOLDER (what PyInstaller made), OUT, ICON, and SIGN where there is a
; certificate.
;
; Rules
;   1. Only what the setup put there is removed: never the whole folder, which a person may have chosen among their own.
;   2. Spreadsheets, scans and the spreadsheets' backups are never touched.

Unicode true
SetCompressor /SOLID /FINAL lzma
SetCompressorDictSize 64
Name "ocrwatch"
OutFile "${OUT}"
RequestExecutionLevel user
ManifestDPIAware true
ShowInstDetails nevershow
ShowUninstDetails nevershow
BrandingText "ocrwatch ${VERSION}"

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"

!define KEY "Software\ocrwatch"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\ocrwatch"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\ocrwatch.exe"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"

!define STATUS_RUNNING 2
!define STATUS_NO_RIGHTS 5
!define STATUS_TOO_OLD 6

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "ocrwatch"
VIAddVersionKey "FileDescription" "ocrwatch setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT licence"

!ifdef SIGN
    !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\ocrwatchw.exe"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"
!include "words.nsh"

Var ForAll
Var WasRunning

; ---------------------------------------------------------------- what both do

; Leaves with `status`, after a word where somebody looks on.
!macro LEAVE status words
    SetErrorLevel ${status}
    MessageBox MB_OK|MB_ICONSTOP "${words}" /SD IDOK
    Quit
!macroend

; Stops the running program, which lets go of its files; leaves when it does not.
!macro STOP un
Function ${un}stop_running
    StrCpy $WasRunning 0
    ${IfNot} ${FileExists} "$INSTDIR\ocrwatchw.exe"
        Return
    ${EndIf}
    Call ${un}is_in_use
    Pop $0
    ${If} $0 == 0
        Return
    ${EndIf}
    StrCpy $WasRunning 1
    nsExec::Exec '"$INSTDIR\ocrwatch.exe" stop'
    Pop $0
    ${If} $ForAll == 1  ; those of other users, whom nobody can ask: the journal stands any end
        nsExec::Exec 'taskkill /F /IM ocrwatchw.exe'
        Pop $0
    ${EndIf}
    ${For} $1 1 40
        Call ${un}is_in_use
        Pop $0
        ${If} $0 == 0
            Return
        ${EndIf}
        Sleep 250
    ${Next}
    !insertmacro LEAVE ${STATUS_RUNNING} "$(RUNNING)"
FunctionEnd

; Pushes 1 when a program of this folder runs: Windows lets nobody write to it then.
Function ${un}is_in_use
    Push $1
    StrCpy $1 0
    ClearErrors
    FileOpen $0 "$INSTDIR\ocrwatchw.exe" a
    ${If} ${Errors}
        StrCpy $1 1
    ${Else}
        FileClose $0
    ${EndIf}
    ClearErrors
    FileOpen $0 "$INSTDIR\ocrwatch.exe" a
    ${If} ${Errors}
        StrCpy $1 1
    ${Else}
        FileClose $0
    ${EndIf}
    Exch $1
FunctionEnd

; What the setup put into the folder, and no more.
Function ${un}remove_program
    RMDir /r "$INSTDIR\_internal"
    RMDir /r "$INSTDIR\licences"
    RMDir /r "$INSTDIR\completions"
    Delete "$INSTDIR\ocrwatch.exe"
    Delete "$INSTDIR\ocrwatchw.exe"
FunctionEnd
!macroend
!insertmacro STOP ""
!insertmacro STOP "un."

; ---------------------------------------------------------------- setup

Section "ocrwatch" Program
    SectionIn RO
    Call stop_running
    ${If} ${FileExists} "$INSTDIR\ocrwatchw.exe"  ; an earlier version: its parts must not mix with these
        Call remove_program
    ${EndIf}
    SetOutPath "$INSTDIR"
    File /r "${FOLDER}/*.*"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateDirectory "$SMPROGRAMS\ocrwatch"
    CreateShortcut "$SMPROGRAMS\ocrwatch\ocrwatch.lnk" "$INSTDIR\ocrwatchw.exe" "" "$INSTDIR\ocrwatchw.exe" 0
    SetOutPath "$PROFILE"  ; where the terminal begins
    CreateShortcut "$SMPROGRAMS\ocrwatch\$(TERMINAL).lnk" "$SYSDIR\cmd.exe" '/K "set PATH=$INSTDIR;%PATH%&& ocrwatch --help"' \
        "$INSTDIR\ocrwatch.exe" 0
    SetOutPath "$INSTDIR"

    WriteRegStr SHCTX "${KEY}" "Folder" "$INSTDIR"
    WriteRegStr SHCTX "${APP_PATHS}" "" "$INSTDIR\ocrwatch.exe"
    WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "ocrwatch"
    WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\ocrwatchw.exe"
    WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "ocrwatch"
    WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Section /o "$(AT_LOGIN)" AtLogin
    ${If} $ForAll == 1
        WriteRegStr HKLM "${RUN}" "ocrwatch" '"$INSTDIR\ocrwatchw.exe" --at-login'
    ${Else}
        nsExec::Exec '"$INSTDIR\ocrwatch.exe" autostart on'
        Pop $0
    ${EndIf}
SectionEnd

Section "-start again"
    ${If} $WasRunning == 1
    ${AndIf} $ForAll == 0
        Exec '"$INSTDIR\ocrwatchw.exe" --at-login'
    ${EndIf}
SectionEnd

Function .onInit
    ${IfNot} ${AtLeastWin10}
        !insertmacro LEAVE ${STATUS_TOO_OLD} "$(TOO_OLD)"
    ${EndIf}
    ${GetParameters} $R0
    StrCpy $ForAll 0
    ClearErrors
    ${GetOptions} $R0 "/ALLUSERS" $R1
    ${IfNot} ${Errors}
        StrCpy $ForAll 1
        UserInfo::GetAccountType
        Pop $0
        ${If} $0 != "Admin"
            !insertmacro LEAVE ${STATUS_NO_RIGHTS} "$(NO_RIGHTS)"
        ${EndIf}
        SetShellVarContext all
    ${Else}
        SetShellVarContext current
    ${EndIf}
    ClearErrors
    ${GetOptions} $R0 "/AUTOSTART=" $R1
    ${IfNot} ${Errors}
    ${AndIf} $R1 == "1"
        !insertmacro SelectSection ${AtLogin}
    ${EndIf}
    ${If} $INSTDIR == ""  ; not told by /D
        ReadRegStr $INSTDIR SHCTX "${KEY}" "Folder"
    ${EndIf}
    ${If} $INSTDIR == ""
        ${If} $ForAll == 1
            StrCpy $INSTDIR "$PROGRAMFILES64\ocrwatch"
        ${Else}
            StrCpy $INSTDIR "$LOCALAPPDATA\Programs\ocrwatch"
        ${EndIf}
    ${EndIf}
FunctionEnd

; ---------------------------------------------------------------- uninstall

Section "Uninstall"
    nsExec::Exec '"$INSTDIR\ocrwatch.exe" autostart off'
    Pop $0
    Call un.stop_running
    DeleteRegValue SHCTX "${RUN}" "ocrwatch"
    Call un.settings
    Call un.remove_program
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"

    Delete "$SMPROGRAMS\ocrwatch\*.lnk"
    RMDir "$SMPROGRAMS\ocrwatch"
    DeleteRegKey SHCTX "${APP_PATHS}"
    DeleteRegKey SHCTX "${UNINSTALL}"
    DeleteRegKey SHCTX "${KEY}"
SectionEnd

; Settings and memory of this user, where that is wanted; the spreadsheets' backups stay.
Function un.settings
    SetShellVarContext current
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/REMOVESETTINGS=" $R1
    ${If} ${Errors}
        StrCpy $R1 0
        ${If} ${FileExists} "$LOCALAPPDATA\ocrwatch\*.*"
            MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(REMOVE_SETTINGS)" /SD IDNO IDNO +2
            StrCpy $R1 1
        ${EndIf}
    ${EndIf}
    ${If} $R1 == 1
        nsExec::Exec '"$INSTDIR\ocrwatch.exe" key clear'
        Pop $0
        Call un.remove_settings
    ${EndIf}
    ${If} $ForAll == 1
        SetShellVarContext all
    ${EndIf}
FunctionEnd

Function un.remove_settings
    FindFirst $0 $1 "$LOCALAPPDATA\ocrwatch\*.*"
    ${DoWhile} $1 != ""
        ${If} $1 != "."
        ${AndIf} $1 != ".."
        ${AndIf} $1 != "backups"
            RMDir /r "$LOCALAPPDATA\ocrwatch\$1"
            Delete "$LOCALAPPDATA\ocrwatch\$1"
        ${EndIf}
        FindNext $0 $1
    ${Loop}
    FindClose $0
    RMDir "$LOCALAPPDATA\ocrwatch"
FunctionEnd

Function un.onInit
    StrCpy $ForAll 0
    SetShellVarContext current
    ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
    ${If} $0 == $INSTDIR
        StrCpy $ForAll 1
        SetShellVarContext all
        UserInfo::GetAccountType
        Pop $0
        ${If} $0 != "Admin"
            !insertmacro LEAVE ${STATUS_NO_RIGHTS} "$(NO_RIGHTS)"
        ${EndIf}
    ${EndIf}
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
    !insertmacro MUI_DESCRIPTION_TEXT ${Program} "$(ABOUT_PROGRAM)"
    !insertmacro MUI_DESCRIPTION_TEXT ${AtLogin} "$(ABOUT_AT_LOGIN)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END
